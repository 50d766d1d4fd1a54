"""Cross-entropy in one step.

From the loss to the logits with one short expression, instead of nine chunks.
"""

from grader.course import exercise1
from grader.course.makemore import OTHER_SIZES, SIZES

__all__ = ["OTHER_SIZES", "SIZES", "forward", "inputs"]

SOURCE = "Zero to Hero, makemore part 4 (Becoming a Backprop Ninja), exercise 2"
GRADIENTS = ("logits",)


def inputs(data, seed, sizes):
    """The logits that exercise 1's network gives for its batch."""
    given = exercise1.inputs(data, seed, sizes)
    logits = exercise1.forward(**given)["logits"]
    return {"n": given["n"], "Yb": given["Yb"], "logits": logits}


def forward(
    n,       # batch size
    Yb,      # (n,), the characters that follow
    logits,  # (n, vocab_size)
):
    import torch.nn.functional as F
    loss = F.cross_entropy(logits, Yb)                   # ()
    return locals()
