"""Cross-entropy in one step.

From the loss to the logits with one short expression, instead of eight chunks.
"""

from grader.course import exercise1
from grader.course.makemore import OTHER_SIZES, SIZES

__all__ = ["OTHER_SIZES", "SIZES", "forward", "inputs"]

SOURCE = "Zero to Hero, makemore part 4 (Becoming a Backprop Ninja), exercise 2"
BUILDS_ON = ("exercise1",)
LEARNED = (
    "You have put eight chunks into one formula: the probabilities, minus 1 at the right "
    "character, over n.",
    "It is faster and safer than its parts, and tells at a glance which logits an example pulls "
    "up and which it pushes down.",
)
GRADIENTS = ("logits",)
ALSO = exercise1.forward, (
    "logit_maxes", "norm_logits", "counts", "counts_sum", "counts_sum_inv", "probs", "logprobs",
)
HINTS = {
    "logits": (
        "On paper, for one row x of the logits and its right character y: the loss of the row is "
        "-log(exp(x[y]) / sum over j of exp(x[j])). The logarithm of a quotient is a difference; "
        "write the loss as that before you differentiate anything.",
        "One of its two terms is log(S), with S the sum of exp(x[j]) over the row. The derivative "
        "of log(S) is 1/S times that of S; what is the derivative of S with respect to one x[k]? "
        "You know the resulting quotient: it has a name, and torch.nn.functional has a function "
        "for it.",
        "The other term is one logit of the row, that of the right character. So there are two "
        "cases, k = y and k != y, and they differ by a constant. For all rows at once: indexing "
        "with the row numbers and Yb selects one entry of each row.",
        "The loss is a mean over the n rows: what is the weight of one row?",
        "A check: dlogits is (n, vocab_size), each of its rows adds up to 0, "
        "and only the right characters have a negative entry.",
    ),
}


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
