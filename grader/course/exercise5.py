"""WaveNet: eight characters, merged two by two.

Eight characters are merged into four pairs, the pairs into two quads, and the quads at the
output, so that no layer squashes all of them at once. A matrix product now has a batch of
positions, and BatchNorm takes its mean over two dimensions: what was a column has n times as
many entries as there are positions.
"""

from typing import Any

from grader.course import exercise2
from grader.course.makemore import contexts, minibatch
from grader.course.recipe import Recipe

SOURCE = "Zero to Hero, makemore part 5 (Building a WaveNet); van den Oord et al. 2016"
BUILDS_ON = ("exercise3",)
LEARNED = (
    "You have gone back through a tree of layers in which positions share their weights: for a "
    "weight, each position is one more row of the batch.",
    "Convolutions and transformers share their weights in the same way, so their gradients are "
    "sums over positions too.",
)
GRADIENTS = (
    "logits",
    "h2cat",
    "W3",
    "b3",
    "h2",
    "hpreact2",
    "bngain2",
    "bnbias2",
    "hprebn2",
    "quads",
    "W2",
    "h1",
    "hpreact1",
    "bngain1",
    "bnbias1",
    "hprebn1",
    "pairs",
    "W1",
    "emb",
    "C",
)
SIZES = {"n": 32, "n_quads": 2, "n_embd": 10, "n_hidden1": 24, "n_hidden2": 18}
OTHER_SIZES = {"n": 7, "n_quads": 3, "n_embd": 5, "n_hidden1": 11, "n_hidden2": 13}
BATCHNORM = (
    "This is exercise 3 again: an entry affects the loss along three paths, through its deviation "
    "from the mean, through the mean, and through the variance. Do it on paper for one channel, "
    "the last dimension; channels do not mix.",
    "What has changed is only which entries share a mean and a variance: all those of a channel, "
    "over the batch and over the positions. How many are there? That number replaces the n of "
    "exercise 3 everywhere.",
    "So both sums run over dimensions 0 and 1 together, `x.sum((0, 1))`; what is left is one "
    "number for a channel, and that broadcasts along the last dimension.",
)
HINTS = {"logits": exercise2.HINTS["logits"], "hprebn1": BATCHNORM, "hprebn2": BATCHNORM}


def eight_characters(words: Any, index_of: Any, sizes: Any) -> dict[str, Any]:
    return contexts(words, index_of, {"block_size": 4 * sizes["n_quads"]})


RECIPE = Recipe(
    trained=("C", "W1", "bngain1", "bnbias1", "W2", "bngain2", "bnbias2", "W3", "b3"),
    examples=eight_characters,
    steps=20_000,  # the lecture takes 200,000
    rates=((0.5, 0.1), (0.5, 0.01)),
    sizes={"n_hidden1": 68, "n_hidden2": 68},
    statistics=("bnmean1", "bnvar1", "bnmean2", "bnvar2"),
)


def inputs(data: Any, seed: int, sizes: dict[str, int]) -> dict[str, Any]:
    """Batch and parameters; Kaiming's gain for tanh, BatchNorm a little off its start."""
    import torch

    generator = torch.Generator().manual_seed(seed)

    def randn(*shape: int) -> Any:
        return torch.randn(shape, generator=generator)

    vocab_size, n_embd = len(data.letters), sizes["n_embd"]
    n_quads, n_hidden1, n_hidden2 = sizes["n_quads"], sizes["n_hidden1"], sizes["n_hidden2"]
    parameters = {
        "C": randn(vocab_size, n_embd),
        "W1": randn(2 * n_embd, n_hidden1) * (5 / 3) / (2 * n_embd) ** 0.5,
        "bngain1": randn(n_hidden1) * 0.1 + 1.0,
        "bnbias1": randn(n_hidden1) * 0.1,
        "W2": randn(2 * n_hidden1, n_hidden2) * (5 / 3) / (2 * n_hidden1) ** 0.5,
        "bngain2": randn(n_hidden2) * 0.1 + 1.0,
        "bnbias2": randn(n_hidden2) * 0.1,
        "W3": randn(n_quads * n_hidden2, vocab_size) * 0.1,
        "b3": randn(vocab_size) * 0.1,
    }
    return minibatch(data, sizes | {"block_size": 4 * n_quads}, generator) | parameters


def forward(
    n,        # batch size
    Xb,       # (n, 4 * n_quads), the contexts, as character indices
    Yb,       # (n,), the characters that follow
    C,        # (vocab_size, n_embd)
    W1,       # (2 * n_embd, n_hidden1)
    bngain1,  # (n_hidden1,)
    bnbias1,  # (n_hidden1,)
    W2,       # (2 * n_hidden1, n_hidden2)
    bngain2,  # (n_hidden2,)
    bnbias2,  # (n_hidden2,)
    W3,       # (n_quads * n_hidden2, vocab_size)
    b3,       # (vocab_size,)
):
    import torch.nn.functional as F

    emb = C[Xb]                                   # (n, 4 * n_quads, n_embd)
    pairs = emb.view(n, emb.shape[1] // 2, -1)    # (n, 2 * n_quads, 2 * n_embd)
    hprebn1 = pairs @ W1                          # (n, 2 * n_quads, n_hidden1)
    bnmean1 = hprebn1.mean((0, 1), keepdim=True)  # (1, 1, n_hidden1)
    bnvar1 = hprebn1.var((0, 1), keepdim=True)    # (1, 1, n_hidden1)
    bnvar_inv1 = (bnvar1 + 1e-5) ** -0.5          # (1, 1, n_hidden1)
    bnraw1 = (hprebn1 - bnmean1) * bnvar_inv1     # (n, 2 * n_quads, n_hidden1)
    hpreact1 = bngain1 * bnraw1 + bnbias1         # (n, 2 * n_quads, n_hidden1)
    h1 = hpreact1.tanh()                          # (n, 2 * n_quads, n_hidden1)
    quads = h1.view(n, h1.shape[1] // 2, -1)      # (n, n_quads, 2 * n_hidden1)
    hprebn2 = quads @ W2                          # (n, n_quads, n_hidden2)
    bnmean2 = hprebn2.mean((0, 1), keepdim=True)  # (1, 1, n_hidden2)
    bnvar2 = hprebn2.var((0, 1), keepdim=True)    # (1, 1, n_hidden2)
    bnvar_inv2 = (bnvar2 + 1e-5) ** -0.5          # (1, 1, n_hidden2)
    bnraw2 = (hprebn2 - bnmean2) * bnvar_inv2     # (n, n_quads, n_hidden2)
    hpreact2 = bngain2 * bnraw2 + bnbias2         # (n, n_quads, n_hidden2)
    h2 = hpreact2.tanh()                          # (n, n_quads, n_hidden2)
    h2cat = h2.view(n, -1)                        # (n, n_quads * n_hidden2)
    logits = h2cat @ W3 + b3                      # (n, vocab_size)
    loss = F.cross_entropy(logits, Yb)            # ()
    return locals()
