"""Notebooks and scripts in the lecture's style, graded as they are: tests/notebooks.

Written for these tests. What is wrong in them, and where, stands in WRONG; all else is right.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.cli.submissions import wanted_of
from grader.course.exercise import load_exercise
from grader.syntax.lecture import EXERCISES
from grader.syntax.notebook import Notebook, read_notebook

from .grading import grade_submission

if TYPE_CHECKING:
    from grader.report import Report

FOLDER = Path(__file__).parent / "notebooks"
FILES = sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".ipynb", ".py"))
ALL, FIRST, FIRST_TWO = "1234", "1", "12"

# Which exercises a file has.
HAS = {
    "axis_keepdims.ipynb": FIRST, "checks.ipynb": FIRST,
    "for_the_shell.ipynb": FIRST_TWO, "globals_in_a_function.ipynb": FIRST,
    "in_branches.ipynb": FIRST, "indented.ipynb": FIRST, "kept_dimensions.ipynb": FIRST,
    "lectures_shape.ipynb": "123", "own_backward.ipynb": "2", "peeks_unwritten.ipynb": FIRST,
    "several_errors.ipynb": FIRST,
    "constants.ipynb": FIRST, "does_not_parse.ipynb": FIRST_TWO,
    "everything_in_a_cell.ipynb": ALL, "exercise3_wrong.ipynb": "13", "exercise4_only.ipynb": "4",
    "exercise4_wrong.ipynb": ALL, "functions.ipynb": FIRST, "hard_coded.ipynb": FIRST,
    "in_steps.ipynb": "123", "in_with.ipynb": FIRST,
    "magics.ipynb": FIRST_TWO, "no_headings.ipynb": "123", "one_cell.ipynb": ALL,
    "other_words.ipynb": FIRST, "out_of_order.ipynb": FIRST, "peeks.ipynb": FIRST_TWO,
    "plain_script.py": FIRST, "plots_saved.ipynb": "123", "renamed.ipynb": FIRST,
    "script.py": FIRST_TWO, "stale_output.ipynb": FIRST_TWO, "takes_autograds.ipynb": "23",
    "thirty_cells.ipynb": ALL, "twice_last_wrong.ipynb": ALL, "undefined_name.ipynb": FIRST,
    "written_twice.ipynb": ALL, "wrong_chunk.ipynb": ALL,
}  # fmt: skip
# (file, exercise): gradient, where, verdict, mistake.
WRONG = {
    ("axis_keepdims.ipynb", "exercise1"): [("dh", "[8] line 14", "wrong", "sign-flipped")],
    ("globals_in_a_function.ipynb", "exercise1"): [("dW1", "[8] line 32", "wrong", "wrong-factor")],
    ("in_branches.ipynb", "exercise1"): [("dbnraw", "[9] line 7", "wrong", "value-for-gradient")],
    ("indented.ipynb", "exercise1"): [("dhpreact", "[9] line 6", "wrong", "wrong-exponent")],
    ("kept_dimensions.ipynb", "exercise1"): [("dbngain", "[8] line 18", "wrong", "wrong-factor")],
    ("own_backward.ipynb", "exercise2"): [("dlogits", "[9] line 4", "wrong", "wrong-factor")],
    ("peeks_unwritten.ipynb", "exercise1"): [
        ("dprobs", "None", "missing", None),
        ("dW2", "[8] line 14", "wrong", "wrong-factor"),
    ],
    ("several_errors.ipynb", "exercise1"): [
        ("dcounts_sum", "[8] line 7", "wrong", "sign-flipped"),
        ("dW2", "[8] line 15", "errored", None),
        ("dbnvar", "[8] line 22", "wrong", "wrong-factor"),
        ("dembcat", "[8] line 29", "errored", None),
    ],
    ("exercise3_wrong.ipynb", "exercise3"): [("dhprebn", "[10] line 3", "wrong", "wrong-factor")],
    ("exercise4_wrong.ipynb", "exercise4"): [
        ("dW1", "[13] line 39", "wrong", "value-for-gradient")
    ],
    ("hard_coded.ipynb", "exercise1"): [("demb", "[8] line 33", "wrong", "hard-coded-size")],
    ("peeks.ipynb", "exercise1"): [("dprobs", "[8] line 5", "wrong", "wrong-operation")],
    ("plain_script.py", "exercise1"): [("db2", "line 46", "wrong_shape", "summed-wrong-dimension")],
    ("plots_saved.ipynb", "exercise1"): [("dh", "[8] line 14", "wrong", "wrong-factor")],
    ("script.py", "exercise1"): [("dh", "line 66", "wrong_shape", "transposed")],
    ("stale_output.ipynb", "exercise1"): [("dW2", "[8] line 24", "wrong", "wrong-factor")],
    ("takes_autograds.ipynb", "exercise2"): [("dlogits", "None", "missing", None)],
    ("twice_last_wrong.ipynb", "exercise1"): [
        ("db1", "[35] line 1", "wrong_shape", "summed-wrong-dimension")
    ],
    ("undefined_name.ipynb", "exercise1"): [
        ("dcounts_sum", "[8] line 7", "errored", None),
        ("dembcat", "[8] line 29", "errored", None),
    ],
    ("wrong_chunk.ipynb", "exercise1"): [("dcounts_sum", "[8] line 7", "wrong", "sign-flipped")],
}
# The first words of what else is said.
MAGICS = [
    "[1] line 1 is for the shell or for Jupyter (`!pip install torch`)",
    "[10] is not Python (`%%bash`), and is left out.",
]
SHELL = [
    "[8] lines 1, 2 are for the shell or for Jupyter (`!pip install torch`)",
    "[9] is not Python (`%%bash`), and is left out.",
]
NOTES = {
    ("checks.ipynb", "exercise1"): ["[8] line 38 is left out, for it makes no gradient: `assert dh",
                                    "[8] line 39 is left out, for it makes no gradient: `demb.res"],
    ("for_the_shell.ipynb", "exercise1"): SHELL,
    ("for_the_shell.ipynb", "exercise2"): SHELL,
    ("peeks_unwritten.ipynb", "exercise1"): [
        "[8] line 5 reads `probs.grad` and [8] line 7 reads `probs.grad`, PyTorch's answer, and",
        "[8] line 14 reads `logits.grad` and [8] line 19 reads `hpreact.grad`, PyTorch's answer.",
    ],
    ("magics.ipynb", "exercise1"): MAGICS,
    ("magics.ipynb", "exercise2"): MAGICS,
    ("does_not_parse.ipynb", "exercise1"): ["[9] is skipped: a syntax error on line 2",
                                            "[10] is skipped: a syntax error on line 1"],
    ("does_not_parse.ipynb", "exercise2"): ["[9] is skipped: a syntax error on line 2",
                                            "[10] is skipped: a syntax error on line 1"],
    ("hard_coded.ipynb", "exercise1"): ["[8] line 18 is left out, for it makes no gradient: `asse"],
    ("out_of_order.ipynb", "exercise1"): ["[9] line 1 reads `dcounts_sum_inv`, which a later cell",
                                          "[10] line 1 reads `dprobs`, which a later cell"],
    ("peeks.ipynb", "exercise1"): [
        "[8] line 6 reads `probs.grad` and [8] line 14 reads `logits.grad`, PyTorch's answer."
    ],
    ("stale_output.ipynb", "exercise1"): ["The saved output of [8] says"] * 3,
    ("takes_autograds.ipynb", "exercise2"): ["[9] line 1 (`dlogits = logits.grad.clone()`) is not"],
    ("twice_last_wrong.ipynb", "exercise1"): ["`db1` is written at [31] line 1 and again at [35]",
                                              "`dprobs` is written at [9] line 1 and again at"],
    ("written_twice.ipynb", "exercise1"): ["`dW2` is written at [8] line 15, [9] line 2 and again",
                                           "`db2` is written at [8] line 16 and again at [10]",
                                           "`dh` is written at [8] line 14 and again at [10]"],
}  # fmt: skip


def opened(file: str | Path, **names: str) -> Notebook:
    notebook = read_notebook(FOLDER / file, names)
    assert isinstance(notebook, Notebook)
    return notebook


def graded(file: str | Path, exercise: str, **names: str) -> "Report":
    asked = load_exercise(exercise)
    submission = opened(file, **names).submission(wanted_of(asked))
    return grade_submission(exercise, submission)


def there(notebook: Notebook) -> str:
    return "".join(name[-1] for name in EXERCISES if notebook.holds(wanted_of(load_exercise(name))))


@pytest.mark.parametrize("file", FILES)
def test_the_exercises_of_a_notebook_are_found(file: str) -> None:
    assert there(opened(file)) == HAS[file]


@pytest.mark.parametrize(
    ("file", "exercise"), [(file, f"exercise{n}") for file in FILES for n in HAS[file]]
)
def test_right_gradients_pass_and_wrong_ones_are_named_at_their_cell(
    file: str, exercise: str
) -> None:
    report = graded(file, exercise)
    wrong = WRONG.get((file, exercise), [])
    accused = [
        (g.label, str(g.place), g.verdict, g.diagnosis and g.diagnosis.mistake)
        for g in report.gradients
        if not g.passes and g.verdict != "inherited"
    ]
    assert accused == wrong
    assert report.passed == (not wrong)
    notes = NOTES.get((file, exercise), [])
    said = [flag.message for flag in report.flags]
    assert len(said) == len(notes), said
    assert all(a.startswith(b) for a, b in zip(said, notes, strict=True)), said
