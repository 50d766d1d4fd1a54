"""What `cmp` printed in a notebook, beside what the report says."""

import pytest

from tests.notebook_files import HEAD, answer_cell, graded_cells
from tests.test_notebooks import graded

FUSED = "dlogits = F.softmax(logits, 1)\ndlogits[range(n), Yb] -= 1\ndlogits /= n"


def line(name: str, exact: bool, approximate: bool, maxdiff: float) -> str:
    """As the lecture's function prints it."""
    return (
        f"{name:15s} | exact: {exact!s:5s} | approximate: {approximate!s:5s} | maxdiff: {maxdiff}\n"
    )


SUMMED = "dcounts_sum_inv = (counts * dprobs).sum(1)"
HARD = "dh = dlogits @ W2.T * (n / 32)"
TINY = "dlogit_maxes = (-dnorm_logits).sum(1, keepdim=True) + 1e-9"
# What is written otherwise, what was printed, and what is said.
SAID: dict[str, tuple[dict[str, str], str, str]] = {
    "the same": ({}, line("h", True, True, 0.0), ""),
    "of no gradient": ({}, line("xs", False, False, 1.0), ""),
    "both wrong": ({"dh": "dh = dlogits @ W2.T * 2"}, line("h", False, False, 0.1), ""),
    "the kernels": (
        {}, line("hpreact", False, True, 5e-10),
        "says exact: False, approximate: True of dhpreact; here it is exact. With torch's "
        "vectorised kernels, as in your notebook, tanh differs in the last bit",
    ),
    "several by the kernels": (
        {}, line("logits", True, True, 0.0) + line("hpreact", False, True, 5e-10)
        + line("C", False, True, 4e-9),
        "says exact: False, approximate: True of dhpreact, dC; here they are exact. With torch's",
    ),
    "another rounding above tanh": (
        {}, line("probs", False, True, 5e-10),
        "of dprobs; here it is exact. It is rounding, which differs from one torch or machine",
    ),
    "a shape": (
        {"dcounts_sum_inv": SUMMED}, line("counts_sum_inv", True, True, 0.0),
        "says exact: True, approximate: True of dcounts_sum_inv; here it is wrong_shape. `cmp` "
        "broadcasts one shape against the other",
    ),
    "one batch": (
        {"dh": HARD}, line("h", True, True, 0.0),
        "of dh; here it is wrong. `cmp` looks at one batch; here other inputs and sizes",
    ),
    "the tolerance of float32": (
        {"dlogit_maxes": TINY}, line("logit_maxes", False, True, 1e-9),
        "of dlogit_maxes; here it is wrong. In float32 `torch.allclose` lets it pass",
    ),
    "near zero": (
        {}, line("logit_maxes", False, False, 7e-9),
        "of dlogit_maxes; here it is exact. `torch.allclose` refuses rounding where the numbers",
    ),
    "an earlier line that was right": (
        {"dh": "dh = dlogits @ W2.T * 2"}, line("h", True, True, 0.0),
        "of dh; here it is wrong. It was saved by other lines than these: run all cells again.",
    ),
    "an earlier line that was wrong": (
        {}, line("h", False, False, 0.25),
        "of dh; here it is exact. It was saved by other lines than these: run all cells again.",
    ),
    "a line above it": (
        {"dh": "dh = dlogits @ W2.T * 2"}, line("hpreact", True, True, 0.0),
        "of dhpreact; here it is inherited. A gradient above it is not what it was then.",
    ),
    "a name of the kernel's": (
        {"dh": "dh = dlogits @ W2T"}, line("h", True, True, 0.0),
        "of dh; here it is errored. Your kernel still knew a name that no cell of the notebook",
    ),
    "PyTorch's own": (
        {"dh": "dh = h.grad.clone()"}, line("h", True, True, 0.0),
        "of dh; here it is missing. `cmp` compared PyTorch's gradient with itself.",
    ),
    "a peek": (
        {"dprobs": "dprobs = probs.grad"}, line("h", True, True, 0.0),
        "of dh; here it is inherited. In your notebook PyTorch's gradient stood above it.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SAID)
def test_what_was_printed_and_what_is_said_stand_side_by_side(what: str) -> None:
    changed, printed, said = SAID[what]
    report = graded_cells("exercise1", HEAD, answer_cell(**changed), printed=["", printed])
    found = [flag.message for flag in report.flags if flag.flag == "saved-output"]
    if not said:
        assert found == []
        return
    (message,) = found
    assert message.startswith("The saved output of [2] says exact: ")
    assert said in message


def test_each_reason_is_said_of_the_gradients_that_it_is_of() -> None:
    found = [
        flag.message.partition("; here ")[0]
        for flag in graded("stale_output.ipynb", "exercise1").flags
    ]
    assert found == [
        "The saved output of [8] says exact: False, approximate: True of dhpreact",
        "The saved output of [8] says exact: True, approximate: True of dW2",
        "The saved output of [8] says exact: False, approximate: False of db2",
    ]


def test_in_a_cell_of_several_exercises_a_line_is_of_its_call() -> None:
    check = "cmp('logits', dlogits, logits)"
    cell = f"# Exercise 1\n{answer_cell()}\n{check}\n# Exercise 2\n{FUSED}\n{check}"
    printed = line("logits", True, True, 0.0) + line("logits", False, False, 0.5)
    first = graded_cells("exercise1", HEAD, cell, printed=["", printed])
    assert first.flags == ()
    second = graded_cells("exercise2", HEAD, cell, printed=["", printed])
    assert [flag.flag for flag in second.flags] == ["saved-output"]


def test_the_last_of_two_outputs_counts_and_what_no_cmp_prints_is_left_alone() -> None:
    printed = ["", line("h", False, False, 0.5), f"h | exact\n{line('h', True, True, 0.0)}",
               "h | exact: False | approximate: False | maxdiff: many"]  # fmt: skip
    assert graded_cells("exercise1", HEAD, answer_cell(), "dh", "dh", printed=printed).flags == ()
