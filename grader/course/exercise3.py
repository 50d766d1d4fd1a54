"""BatchNorm in one step.

From hpreact to hprebn with one expression, given the gradient that arrives at hpreact.
"""

from grader.course import exercise1
from grader.course.makemore import OTHER_SIZES, SIZES

__all__ = ["OTHER_SIZES", "SIZES", "forward", "inputs"]

SOURCE = "Zero to Hero, makemore part 4 (Becoming a Backprop Ninja), exercise 3"
GRADIENTS = ("hprebn",)


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
