"""The assignment for nbgrader: by its own format, without answers once nbgrader has taken them out,
and with points as nbgrader reads them off a cell. (nbgrader itself was run by hand: it needs a
hundred packages.)"""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from grader.classroom.package.nbgrader import assignment
from grader.classroom.policy import Feedback, Points, Policy
from grader.cli import main
from grader.cli.submissions import wanted_of
from grader.course.exercise import load_exercise
from grader.errors import UsageProblem
from grader.jupyter.report import NoPoints, NotebookReport
from grader.syntax.notebook import Notebook, read_notebook
from grader.workspace import kit
from tests.classroom.reports import report, wrong
from tests.grading import grade_submission
from tests.jupyter.kernel import Shown, run
from tests.jupyter.test_new_notebooks import FITTING

POLICY = Policy(points=Points(0.5, 2.0, {"exercise2": {"logits": 3.0}}))
# nbgrader's schema, version 3, and what MetadataValidatorV3 asks for besides.
MARKS = {
    "type": "object",
    "properties": {
        "schema_version": {"const": 3},
        "grade_id": {"type": "string", "pattern": r"^[a-zA-Z0-9_\-]+$"},
        "grade": {"type": "boolean"},
        "solution": {"type": "boolean"},
        "locked": {"type": "boolean"},
        "task": {"const": False},
        "points": {"type": "number", "exclusiveMinimum": 0},
    },
    "required": ["schema_version", "grade_id", "grade", "solution", "locked", "task"],
    "additionalProperties": False,
}
# What nbgrader puts in the place of what stands between the marks: ClearSolutions.
SOLUTION = re.compile(r"^### BEGIN SOLUTION\n.*?^### END SOLUTION$", re.MULTILINE | re.DOTALL)
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"


def written(name: str, policy: Policy | None = None) -> Any:
    text = assignment(load_exercise(name), kit.solution_source(name), policy or Policy())
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    return notebook


def marks(cell: Any) -> dict[str, Any]:
    found: dict[str, Any] = cell.metadata["nbgrader"]
    return found


@pytest.mark.parametrize("name", FITTING)
def test_each_cell_has_nbgraders_marks(name: str) -> None:
    cells, exercise = written(name).cells, load_exercise(name)
    for cell in cells:
        assert list(Draft202012Validator(MARKS).iter_errors(marks(cell))) == []
        assert marks(cell)["locked"] != marks(cell)["solution"]
        assert ("points" in marks(cell)) == marks(cell)["grade"]
        assert cell.cell_type == "code" or not (marks(cell)["grade"] or marks(cell)["solution"])
    ids = [marks(cell)["grade_id"] for cell in cells]
    assert len(ids) == len(set(ids))
    answers = [cell for cell in cells if marks(cell)["solution"]]
    tests = [cell for cell in cells if marks(cell)["grade"]]
    assert len(answers) == len(tests) == len(exercise.gradients)
    assert sum(marks(cell)["points"] for cell in tests) == len(exercise.gradients)
    keys = [exercise.key(gradient) for gradient in exercise.gradients]
    for key, answer, points in zip(keys, answers, tests, strict=True):
        released = SOLUTION.sub(STUB, answer.source)
        code = [line for line in released.split("\n") if not line.startswith("#")]
        assert code == ["raise NotImplementedError()"]
        assert f"# {key} = ..." in released
        assert points.source == f'graded.points("{key}", 1.0)'


@pytest.mark.parametrize("name", ["warmup1", "exercise1", "exercise7"])
def test_the_instructors_version_passes(name: str, tmp_path: Path) -> None:
    path, exercise = tmp_path / "ps1.ipynb", load_exercise(name)
    nbformat.write(written(name), path)
    notebook = read_notebook(path)
    assert isinstance(notebook, Notebook)
    found = grade_submission(name, notebook.submission(wanted_of(exercise)))
    assert found.passed, found.error


def credit(cell: Any, shown: Shown) -> float:
    """As nbgrader.utils.determine_grade has it: nothing for an error or anything on stderr, else
    the number that is the cell's value, and all of it where there is none."""
    if shown.error or shown.printed:
        return 0.0
    return float(shown.text) if shown.text else float(marks(cell)["points"])


def test_points_are_those_of_the_policy_and_an_untouched_release_has_none() -> None:
    """One kernel for both: it takes longer to start than to run one."""
    notebook = written("exercise2", POLICY)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    released = [
        SOLUTION.sub(STUB, cell.source) if marks(cell)["solution"] else cell.source
        for cell in cells
    ]
    shown = run([*released, *(cell.source for cell in cells)])
    graded = [at for at, cell in enumerate(cells) if marks(cell)["grade"]]
    worth = [marks(cells[at])["points"] for at in graded]
    assert worth == [3.0, 2.0]
    assert [credit(cells[at], shown[at]) for at in graded] == [0.0, 0.0]
    assert shown[graded[0]].error == "NoPoints: dlogits: errored"
    again = shown[len(cells) :]
    assert [one.error for one in again if one.error] == []
    assert [credit(cells[at], again[at]) for at in graded] == worth
    assert "exercise2: passed, 1 of 1" in again[graded[0] - 1].text


def test_strictness_and_hints_are_the_policys() -> None:
    policy = Policy(strict=True, feedback=Feedback(hints=False))
    sources = [cell.source for cell in written("exercise2", policy).cells]
    assert 'graded = grader.check("exercise2", strict=True)' in sources
    shown = [cell.source for cell in written("exercise2").cells]
    assert 'graded = grader.check("exercise2")\ngraded' in shown


def test_a_gradient_is_worth_what_its_line_is() -> None:
    facts = report("exercise1", wrong("probs"), replace(wrong("counts"), verdict="inherited"))
    graded = NotebookReport(facts.as_json(), "", "")
    assert graded.points("dlogprobs", 3.0) == 3.0
    assert graded.points("dcounts", 3.0) == 3.0
    assert graded.points("dcounts", 3.0, inherited=0.5) == 1.5
    with pytest.raises(NoPoints, match=r"^dprobs: wrong \(7\)$"):
        graded.points("dprobs")
    with pytest.raises(NoPoints, match=r"^dcounts: inherited"):
        graded.points("dcounts", inherited=0.0)
    with pytest.raises(UsageProblem, match="dprob: not asked for; did you mean dprobs"):
        graded.points("dprob")


def package(*words: str) -> Result:
    return CliRunner().invoke(main, ["package", "nbgrader", *words])


def test_the_command_writes_it_once(tmp_path: Path) -> None:
    path = tmp_path / "source" / "ps1" / "exercise2.ipynb"
    done = package(str(path), "--exercise", "exercise2")
    assert done.exit_code == 0, done.output
    assert "`nbgrader generate_assignment` takes out." in done.output
    assert nbformat.read(path, as_version=4) == written("exercise2")
    assert "exists; name another file" in package(str(path), "--exercise", "exercise2").output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("x.ipynb", "--exercise", "exercise1", "--exercise", "exercise2"), "has one exercise"),
        (("x.py", "--exercise", "exercise1"), "a file that ends in .ipynb"),
        (("x.ipynb", "--exercise", "warmup5"), "warmup5 is written as classes"),
    ],
)
def test_what_is_no_notebook_is_said(
    words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = package(*words)
    assert done.exit_code == 2 and said in done.output
    assert list(tmp_path.iterdir()) == []
