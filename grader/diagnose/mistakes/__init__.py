"""The known mistakes: one file each, named for the bad pattern.

A file's docstring is the mistake's page (what it is, why it matters, an example, how to
see it). Its `find` says whether a wrong gradient is this mistake, by predicting it, and gives the
evidence or None; its `message` makes one sentence of the evidence.

What several of them predict from stands beside this folder: case.py is one wrong gradient, with the
chunks that read the value and their contributions; terms.py takes a gradient apart, with
coefficients.py, uses.py, linear_fit.py and normalisation.py; factor.py finds constant factors;
statements.py and arithmetic.py read how the line is written; differences.py and
predicted_by_course.py serve measured slopes and other values.
"""

from importlib import import_module
from types import ModuleType
from typing import Any

from grader.report import Diagnosis

# In the order in which they are tried; the first that fits is the likeliest.
PREDICTED = (
    "measured",
    "keepdim-lost",
    "not-spread",
    "overwritten",
    "no-one-hot",
    "wrong-operand",
    "wrong-operation",
    "added-for-multiplied",
    "d-on-wrong-factor",
    "contribution-twice",
    "sign-flipped",
    "mean-for-sum",
    "wrong-factor",
    "eps-left-out",
    "last-write-wins",
    "softmax-elementwise",
    "not-summed",
    "wrong-exponent",
    "contribution-missing",
    "mask-reversed",
    "upstream-left-out",
    "local-derivative-left-out",
    "wrong-name",
    "value-for-gradient",
    "summed-wrong-dimension",
    "transposed",
    "ones-for-zeros",
    "picks-too-much",
    "index-of-maxima",
    "index-for-one-hot",
    "multiplied-for-divided",
    "transpose-left-out",
    "reshape-for-transpose",
    "window-reversed",
    "batch-size-for-count",
)
# The same for values that are not gradients.
OF_VALUES = (
    "hard-coded-setting",
    "momentum-reversed",
    "last-batch-only",
    "statistics-not-updated",
    "average-weights",
    "biased-variance",
    "batch-used-at-inference",
    "running-used-in-training",
    "updated-at-inference",
    "abs-left-out",
    "any-for-all",
    "wrong-axis",
    "half-normalised",
    "variance-for-deviation",
    "parameter-left-out",
    "eps-left-out",
    "wrong-number-moved",
    "wrong-step",
    "no-difference-quotient",
    "row-for-column",
    "last-write-wins",
    "sign-flipped",
    "wrong-factor",
    "transposed",
)
# Known from what happened, not from the numbers.
OBSERVED = (
    "not-a-tensor",
    "no-plain-number",
    "wrong-shape",
    "wrong-dtype",
    "not-finite",
    "missing-clone",
    "forward-value-changed",
    "wrong-forward",
    "not-attached",
    "not-returned",
    "d-left-out",
    "not-started",
    "sent-twice",
    "wrong-order",
    "not-reached",
    "hard-coded-size",
    "memorised-numbers",
    "rounding-only",
)
MISTAKES = tuple(dict.fromkeys((*PREDICTED, *OF_VALUES, *OBSERVED)))  # every id, once

# Each is always one of the others as well, in more general words: those are not named beside it.
CASE_OF = {
    "keepdim-lost": ("not-summed",),
    "overwritten": ("contribution-missing",),
    "wrong-operand": (
        "wrong-exponent",
        "local-derivative-left-out",
        "wrong-name",
        "value-for-gradient",
    ),
    "wrong-operation": (
        "wrong-exponent",
        "local-derivative-left-out",
        "value-for-gradient",
        "multiplied-for-divided",
    ),
    "wrong-exponent": ("multiplied-for-divided",),
    "value-for-gradient": ("multiplied-for-divided",),
    "no-one-hot": ("picks-too-much",),
    "d-on-wrong-factor": ("contribution-missing",),
    "contribution-twice": ("wrong-factor",),
    "sign-flipped": ("wrong-factor",),
    "softmax-elementwise": ("not-summed",),
    "wrong-step": ("wrong-factor",),
    "no-difference-quotient": ("wrong-factor",),
    "mean-for-sum": ("wrong-factor",),
}


def module_of(mistake: str) -> ModuleType:
    """The file of a mistake, by its id ("wrong-factor")."""
    return import_module(f"{__name__}.{mistake.replace('-', '_')}")


def diagnosis(mistake: str, evidence: dict[str, Any]) -> Diagnosis:
    """The diagnosis of a known mistake, worded by its own file."""
    return Diagnosis(mistake, module_of(mistake).message(**evidence), evidence)
