"""Convolution and max-pooling by hand.

A convolution is one small matrix, applied at every position to a window of characters. Windows
overlap: a character is part of several, and each of them adds to its gradient. Max-pooling
keeps the larger of two neighbours, and only that one gets a gradient.
"""

from typing import Any

from grader.course import exercise2
from grader.course.makemore import minibatch

SOURCE = "LeCun et al. 1989 (convolution, backpropagated); Kim 2014 (over words, max-pooled)"
BUILDS_ON = ("exercise2", "exercise5")
LEARNED = (
    "You have gone back through a convolution and a max-pooling: overlapping windows add up "
    "where they overlap, and only the largest entry gets a gradient.",
    "Networks for images and sound are made of these two.",
)
GRADIENTS = (
    "logits", "flat", "W2", "b2", "h", "pooled", "halves", "conv", "W1", "b1", "patches",
    "windows", "emb", "P", "C",
)
SIZES = {"n": 32, "n_pools": 3, "width": 4, "n_embd": 10, "n_filters": 14}
OTHER_SIZES = {"n": 9, "n_pools": 5, "width": 6, "n_embd": 7, "n_filters": 13}
HINTS = {
    "logits": exercise2.HINTS["logits"],
    "emb": (
        "`emb.unfold(1, width, 1)` copies: entry [i, t, e, j] of windows is the vector of the "
        "character at position t + j of example i. Take one character in the middle of a context: "
        "in how many windows is it, and at which place of each?",
        "The gradient of a value that was copied is the sum of the gradients of its copies. Start "
        "from zeros of emb's shape and add; an assignment would keep only the last window.",
        "Two loops are possible: over the windows (the gradient of window t goes to the positions "
        "t to t + width - 1), or over the places in a window (the gradient of place j goes to the "
        "positions from j on, one for each window). The second has fewer iterations, and needs no "
        "transpose.",
        "Shapes: in windows the last two dimensions are the other way round compared with emb: the "
        "place in the window comes last. Picking one place leaves one vector for each window.",
    ),
}


def inputs(data: Any, seed: int, sizes: dict[str, int]) -> dict[str, Any]:
    """Batch and parameters. P tells positions apart, so that no two neighbours are equal."""
    import torch

    generator = torch.Generator().manual_seed(seed)

    def randn(*shape: int) -> Any:
        return torch.randn(shape, generator=generator)

    vocab_size, n_embd, width = len(data.letters), sizes["n_embd"], sizes["width"]
    block_size = 2 * sizes["n_pools"] + width - 1
    fan_in, n_flat = n_embd * width, sizes["n_pools"] * sizes["n_filters"]
    batch = minibatch(data, sizes | {"block_size": block_size}, generator)
    return batch | {
        "width": width,
        "C": randn(vocab_size, n_embd),
        "P": randn(block_size, n_embd),
        "W1": randn(fan_in, sizes["n_filters"]) / fan_in**0.5,
        "b1": randn(sizes["n_filters"]) * 0.1,
        "W2": randn(n_flat, vocab_size) / n_flat**0.5,
        "b2": randn(vocab_size) * 0.1,
    }


def forward(
    n,      # batch size
    width,  # characters in a window
    Xb,     # (n, 2 * n_pools + width - 1), the contexts, as character indices
    Yb,     # (n,), the characters that follow
    C,      # (vocab_size, n_embd)
    P,      # (2 * n_pools + width - 1, n_embd)
    W1,     # (n_embd * width, n_filters)
    b1,     # (n_filters,)
    W2,     # (n_pools * n_filters, vocab_size)
    b2,     # (vocab_size,)
):
    import torch.nn.functional as F
    emb = C[Xb] + P                                     # (n, 2 * n_pools + width - 1, n_embd)
    windows = emb.unfold(1, width, 1)                   # (n, 2 * n_pools, n_embd, width)
    patches = windows.reshape(n, windows.shape[1], -1)  # (n, 2 * n_pools, n_embd * width)
    conv = patches @ W1 + b1                            # (n, 2 * n_pools, n_filters)
    halves = conv.view(n, conv.shape[1] // 2, 2, -1)    # (n, n_pools, 2, n_filters)
    pooled = halves.max(2).values                       # (n, n_pools, n_filters)
    h = pooled.relu()                                   # (n, n_pools, n_filters)
    flat = h.view(n, -1)                                # (n, n_pools * n_filters)
    logits = flat @ W2 + b2                             # (n, vocab_size)
    loss = F.cross_entropy(logits, Yb)                  # ()
    return locals()
