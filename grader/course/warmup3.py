"""Bigrams: a network that learns to count.

First the counts themselves: how often does each character follow each other one? Each row of the
table, divided by its sum, is a model. Then a network that has to find the same with its gradients:
one layer, nothing hidden. Row i of W holds the logits of what follows character i, and a row of
xenc times W picks one. exp(W) plays the part of the counts of all pairs, and training drives it
there: the loss comes down to that of the counting model and no lower, because no bigram model has
a lower one. The L2 term in the loss does what adding a number to every count does: it draws all of
W towards 0, where every character is as likely as any other.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from grader.course.makemore import minibatch
from grader.course.recipe import Recipe, Yardstick

SOURCE = "Zero to Hero, makemore part 1 (bigrams)"
BUILDS_ON = ("warmup2",)
LEARNED = (
    "You have built one model twice, by counting pairs and by gradient descent, and "
    "differentiated softmax and log-likelihood chunk by chunk.",
    "Tables of counts end where the context grows; the gradients stay the same for every "
    "language model that follows.",
)
VALUES = {
    "N": "(vocab_size, vocab_size): How often each character (the row) is followed by each other "
    "one (the column) in these n pairs.",
    "P": "(vocab_size, vocab_size): The counting model: 1 is added to every count, so that nothing "
    "is impossible, then each row is divided by its sum.",
}
DEPENDS_ON = {"P": ("N",)}
GRADIENTS = ("N", "P", "picked", "probs", "counts_sum", "counts", "logits", "W")
HINTS = {
    "N": (
        "A table of zeros, one row for each character that comes first and one column for each "
        "that comes second; every pair adds 1 to one entry. A loop over the pairs will do.",
        "Without a loop, take care: if a pair occurs twice, an assignment through an index list "
        "counts it once. xenc has a 1.0 in each row: what is its product with the same thing made "
        "from ys?",
    ),
    "P": (
        "A row holds what may follow one character; its entries have to add up to 1. Add the 1s "
        "before you sum, or the sum is too small.",
        "The sums of the rows without keepdim have the shape (vocab_size,), and broadcasting "
        "treats that as a row: each count would be divided by the sum of another row. The lecture "
        "shows this very bug. With keepdim the sums are a column.",
    ),
}
SIZES = {"n": 32}
OTHER_SIZES = {"n": 7}


def examples(
    words: Sequence[str], index_of: Mapping[str, int], sizes: Mapping[str, int]
) -> dict[str, Any]:
    """Every pair of neighbours, "." at both ends: xs, ys (int64, (pairs,)), and xenc of xs."""
    import torch

    rows = [[0, *(index_of[letter] for letter in word), 0] for word in words]
    xs = torch.tensor([index for row in rows for index in row[:-1]])
    ys = torch.tensor([index for row in rows for index in row[1:]])
    return {"xs": xs, "ys": ys, "xenc": one_hot(xs, len(index_of))}


def one_hot(xs: Any, vocab_size: int) -> Any:
    """float32, (len(xs), vocab_size)."""
    import torch

    return torch.nn.functional.one_hot(xs, vocab_size).float()


def expected_values(xs: Any, ys: Any, xenc: Any, N: Any = None) -> dict[str, Any]:
    """N and P, of the pairs (xs, ys); P of another N, where one is given."""
    if N is None:
        N = xenc.T @ one_hot(ys, xenc.shape[1]).to(xenc.dtype)
    return {"N": N, "P": (N + 1) / (N + 1).sum(1, keepdim=True)}


def counting_loss(train: Any, split: Any) -> float:
    """The loss of P, of all pairs of the training split, on a split's pairs."""
    P = expected_values(**train)["P"]
    return float(-P[split["xs"], split["ys"]].log().mean())


# The lecture takes all pairs at each step. A minibatch of them costs a hundredth and is as good
# once the rate has dropped. No L2: the loss is to come down to that of the counts as they are.
RECIPE = Recipe(
    trained=("W",),
    examples=examples,
    steps=5_000,
    rates=((0.6, 50.0), (0.2, 10.0), (0.2, 1.0)),
    sizes={"n": 512},
    settings={"strength": 0.0},
    search=(1.0, 1000.0),
    yardstick=Yardstick("counting model", counting_loss),
)


def inputs(data: Any, seed: int, sizes: dict[str, int]) -> dict[str, Any]:
    """n pairs of the training words, and W as the lecture draws it."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    vocab_size = len(data.letters)
    batch = minibatch(data, sizes | {"block_size": 1}, generator)
    xs = batch["Xb"].view(-1)
    return {
        "n": sizes["n"],
        "strength": 0.01,
        "xs": xs,
        "ys": batch["Yb"],
        "xenc": one_hot(xs, vocab_size),
        "W": torch.randn((vocab_size, vocab_size), generator=generator),
    }


def forward(
    n,         # pairs of neighbouring characters
    strength,  # of the L2 regularisation
    xs,        # (n,), the first of each pair, as a character index
    ys,        # (n,), the second
    xenc,      # (n, vocab_size), xs one-hot: 1.0 at the first character, 0.0 elsewhere
    W,         # (vocab_size, vocab_size)
):
    logits = xenc @ W                                       # (n, vocab_size)
    counts = logits.exp()                                   # (n, vocab_size)
    counts_sum = counts.sum(1, keepdim=True)                # (n, 1)
    probs = counts / counts_sum                             # (n, vocab_size)
    picked = probs[range(n), ys]                            # (n,)
    loss = -picked.log().mean() + strength * (W**2).mean()  # ()
    return locals()
