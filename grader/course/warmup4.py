"""The network of Bengio et al. (2003), by hand.

Each character of the context becomes a vector, a hidden layer reads the vectors side by side,
and a softmax predicts the next one: the network of the following exercises, still without
BatchNorm, and with a first backward pass in large steps.
"""

from typing import Any

from grader.course import exercise2
from grader.course.makemore import contexts, minibatch
from grader.course.recipe import Recipe

SOURCE = "Zero to Hero, makemore part 2 (MLP); Bengio et al. 2003"
BUILDS_ON = ("warmup3",)
LEARNED = (
    "You have gone back through an MLP: through matrix products, a bias that every row shares, "
    "and a table whose rows are used again and again.",
    "Nearly all parameters of larger networks stand in these three, in transformers too.",
)
GRADIENTS = ("logits", "h", "W2", "b2", "hpreact", "embcat", "W1", "b1", "emb", "C")
SIZES = {"n": 32, "block_size": 3, "n_embd": 2, "n_hidden": 100}
OTHER_SIZES = {"n": 7, "block_size": 5, "n_embd": 4, "n_hidden": 11}
RECIPE = Recipe(
    trained=("C", "W1", "b1", "W2", "b2"),
    examples=contexts,
    steps=20_000,  # the lecture takes 200,000
    rates=((0.5, 0.1), (0.5, 0.01)),
    sizes={"n_embd": 10, "n_hidden": 200},
)
HINTS = {"logits": exercise2.HINTS["logits"]}


def inputs(data: Any, seed: int, sizes: dict[str, int]) -> dict[str, Any]:
    """Batch and parameters, scaled so that the first loss is near that of a guess."""
    import torch

    generator = torch.Generator().manual_seed(seed)

    def randn(*shape: int) -> Any:
        return torch.randn(shape, generator=generator)

    vocab_size, n_hidden = len(data.letters), sizes["n_hidden"]
    fan_in = sizes["n_embd"] * sizes["block_size"]
    parameters = {
        "C": randn(vocab_size, sizes["n_embd"]),
        "W1": randn(fan_in, n_hidden) * (5 / 3) / fan_in**0.5,
        "b1": randn(n_hidden) * 0.1,
        "W2": randn(n_hidden, vocab_size) * 0.1,
        "b2": randn(vocab_size) * 0.1,
    }
    return minibatch(data, sizes, generator) | parameters


def forward(
    n,   # batch size
    Xb,  # (n, block_size), the contexts, as character indices
    Yb,  # (n,), the characters that follow
    C,   # (vocab_size, n_embd)
    W1,  # (block_size * n_embd, n_hidden)
    b1,  # (n_hidden,)
    W2,  # (n_hidden, vocab_size)
    b2,  # (vocab_size,)
):
    import torch.nn.functional as F
    emb = C[Xb]                         # (n, block_size, n_embd)
    embcat = emb.view(n, -1)            # (n, block_size * n_embd)
    hpreact = embcat @ W1 + b1          # (n, n_hidden)
    h = hpreact.tanh()                  # (n, n_hidden)
    logits = h @ W2 + b2                # (n, vocab_size)
    loss = F.cross_entropy(logits, Yb)  # ()
    return locals()
