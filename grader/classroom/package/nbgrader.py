"""An assignment for nbgrader: the notebook to start from, with the worked answer between the marks
that nbgrader takes out, and a test for each gradient.

Source: nbgrader, "Cell metadata", schema version 3; "Autograded answer cells", "Partial credit".
"""

from typing import Any

from grader.classroom.policy import Policy
from grader.course.exercise import Exercise
from grader.workspace.new_notebook import as_file, check_of, code_cell, forward_cells, text_cell
from grader.workspace.stub import shape_of, solution_lines, what_is_asked

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
BACKWARD = (
    "## Backward\n\nEach cell shows a line that reads a value, and asks for the gradient of the "
    "loss with respect to that value, by its name and shape."
)
NUMBERS = (
    "## Backward\n\nEach cell says what is asked for, or shows where the number is used, and the "
    "name that the answer has."
)
GRADING = (
    "## Grading\n\nThe next cell grades what is written in the cells that you have run; those "
    "below it give the points."
)


def assignment(exercise: Exercise, solution: str, policy: Policy) -> str:
    """The instructor's version, for `nbgrader generate_assignment`. Of the policy the points and
    `strict` count. Raises UsageProblem where an exercise does not fit a notebook."""
    name = exercise.name
    given = [*forward_cells(exercise, solution)]
    given.append(text_cell(NUMBERS if exercise.kind.plain_numbers else BACKWARD))
    cells = [_locked(cell, f"{name}-given-{at}") for at, cell in enumerate(given, 1)]
    for gradient in exercise.gradients:
        cell = code_cell(_answer(exercise, solution, gradient))
        cells.append(_marked(cell, f"{name}-{exercise.key(gradient)}", solution=True))
    cells.append(_locked(text_cell(GRADING), f"{name}-grading"))
    options = {"strict": True} if policy.strict else {}
    shown = "\ngraded" if policy.feedback.hints else ""
    check = code_cell(f"graded = {check_of(exercise, **options)}{shown}")
    cells.append(_locked(check, f"{name}-check"))
    for gradient in exercise.gradients:
        worth = policy.at_most(name, [{"name": gradient}]) - policy.points.whole
        call = _points(exercise.key(gradient), worth, policy.points.inherited)
        cells += _test(call, f"{name}-{exercise.key(gradient)}-points", worth)
    whole = policy.points.whole
    cells += _test(f"{whole!r} * graded.passed", f"{name}-whole-points", whole)
    return as_file(exercise, cells)


def _answer(exercise: Exercise, solution: str, gradient: str) -> str:
    asked = [f"# {line}" for line in what_is_asked(exercise, gradient)]
    shape = "" if exercise.kind.plain_numbers else f"  # {shape_of(exercise, gradient)}"
    wanted = f"# {exercise.key(gradient)} = ...{shape}"
    lines = solution_lines(exercise, solution, gradient)
    return "\n".join([*asked, wanted, BEGIN, lines.rstrip("\n"), END])


def _points(key: str, worth: float, inherited: float) -> str:
    share = "" if inherited == 1.0 else f", inherited={inherited!r}"
    return f'graded.points("{key}", {worth!r}{share})'


def _test(call: str, grade_id: str, worth: float) -> list[dict[str, Any]]:
    """A cell whose value is the points: nbgrader takes it so. None of what is worth nothing."""
    return [_marked(code_cell(call), grade_id, grade=True, points=worth)] if worth else []


def _locked(cell: dict[str, Any], grade_id: str) -> dict[str, Any]:
    return _marked(cell, grade_id)


def _marked(
    cell: dict[str, Any],
    grade_id: str,
    solution: bool = False,
    grade: bool = False,
    points: float | None = None,
) -> dict[str, Any]:
    """Whatever is not to be written by a student is locked: nbgrader puts it back."""
    marks = {
        "grade": grade, "grade_id": grade_id, "locked": not solution, "schema_version": 3,
        "solution": solution, "task": False,
    }  # fmt: skip
    return cell | {"metadata": {"nbgrader": marks | ({"points": points} if grade else {})}}
