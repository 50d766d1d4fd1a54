"""BatchNorm in one step.

From hpreact to hprebn with one expression, given the gradient of hpreact.
"""

from grader.course import exercise1
from grader.course.makemore import OTHER_SIZES, SIZES

__all__ = ["OTHER_SIZES", "SIZES", "forward", "inputs"]

SOURCE = "Zero to Hero, makemore part 4 (Becoming a Backprop Ninja), exercise 3"
BUILDS_ON = ("exercise1",)
LEARNED = (
    "You have derived BatchNorm's gradient on paper: the direct path, minus what goes through "
    "the mean and what goes through the variance.",
    "Libraries compute it this way, without a tensor for each chunk; LayerNorm is the same "
    "derivation along a row.",
)
GRADIENTS = ("hprebn",)
ALSO = exercise1.forward, ("bndiff", "bndiff2")
HINTS = {
    "hprebn": (
        "On paper, for one column x of hprebn, with m its mean, v its variance, s = "
        "(v + 1e-5)**-0.5, and z = (x - m) * s, which is bnraw. An entry of x affects the loss "
        "along three paths: through x - m itself, through m, and through v. Find the contribution "
        "of each and add them up. Columns do not mix.",
        "Start at z: it is multiplied by bngain, so its gradient is that times dhpreact. Call it "
        "g, one number for each row.",
        "The path through v: v is one number for the column, so its gradient is a sum over the "
        "rows of g times (x - m) times the derivative of s. That derivative is a power: "
        "-0.5 * s**3. Since (x - m) * s is z, the sum can be written with g and z alone.",
        "The path through m: m appears in x - m and in v. For v it makes no difference, because "
        "the deviations from a mean add up to 0. What is left is a sum of g over the rows, with a "
        "minus and a factor s.",
        "Back at one entry of x: m is a mean, so the entry has the weight 1/n in it. v is a sum of "
        "squares divided by n - 1, so its derivative is twice the entry's own deviation, over "
        "n - 1. Through x - m the entry gets s * g.",
        "Add the three. They have s and bngain in common; factor those out, and 1/n as well. "
        "Three terms are left: dhpreact alone, its sum over the rows, and bnraw times another sum "
        "over the rows. Which factors of n and n - 1 remain with each?",
        "Shapes: dhprebn is (n, n_hidden), and so is dhpreact. A sum over the rows runs over "
        "dimension 0; with keepdim it is (1, n_hidden), without (n_hidden,), and both broadcast "
        "along the rows.",
    ),
}


def inputs(data, seed, sizes):
    """hprebn of exercise 1's network, and the gradient its loss has at hpreact."""
    import torch

    given = exercise1.inputs(data, seed, sizes)
    hpreact = exercise1.forward(**given)["hpreact"].requires_grad_()
    logits = hpreact.tanh() @ given["W2"] + given["b2"]
    loss = torch.nn.functional.cross_entropy(logits, given["Yb"])
    (dhpreact,) = torch.autograd.grad(loss, hpreact)
    hprebn = exercise1.forward(**given)["hprebn"]
    return {"n": given["n"], "hprebn": hprebn, "bngain": given["bngain"],
            "bnbias": given["bnbias"], "dhpreact": dhpreact}


def forward(
    n,         # batch size
    hprebn,    # (n, n_hidden)
    bngain,    # (1, n_hidden)
    bnbias,    # (1, n_hidden)
    dhpreact,  # (n, n_hidden), the upstream gradient: given
):
    bnmeani = hprebn.mean(0, keepdim=True)               # (1, n_hidden)
    bnvar = hprebn.var(0, keepdim=True, unbiased=True)   # (1, n_hidden)
    bnvar_inv = (bnvar + 1e-5)**-0.5                     # (1, n_hidden)
    bnraw = (hprebn - bnmeani) * bnvar_inv               # (n, n_hidden)
    hpreact = bngain * bnraw + bnbias                    # (n, n_hidden)
    loss = (hpreact * dhpreact).sum()                    # ()
    return locals()
