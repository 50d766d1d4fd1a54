"""results.json for the autograders that have a place for one: each a document of one student.

Sources: Gradescope, Autograder Specifications, "Output format"; PrairieLearn, External grading,
"Grading results"; Otter-Grader, `otter run`, whose results are in Gradescope's format, a test for
each question after a summary.
"""

import json
from typing import Any

from grader.classroom.formats.outcomes import NOT_GRADED, NOTHING, Outcome, Sheet
from grader.errors import printable

LONGEST = 10_000  # characters of a sentence: PrairieLearn takes 1 MB in all
NOTHING_GRADED = "Nothing was handed in that could be graded."


def gradescope(sheet: Sheet) -> str:
    """`score` is said for the whole, so that no test without points is missing one."""
    several = len(sheet.exercises) > 1
    return _document(
        {
            "score": _number(sheet.points),
            "output": _summary(sheet),
            "output_format": "text",
            "stdout_visibility": "hidden",
            "tests": [
                {
                    "name": f"{one.exercise}: {one.name}" if several else one.name,
                    "score": _number(one.points),
                    "max_score": _number(one.out_of),
                    "status": _status(one.passed),
                    "output": _text(one.said),
                    "output_format": "text",
                    "visibility": "visible",
                }
                for one in sheet.outcomes
            ],
        }
    )


def otter(sheet: Sheet) -> str:
    """A question is an exercise."""
    summary: dict[str, Any] = {
        "name": "Public Tests", "visibility": "visible", "output": _summary(sheet),
        "status": _status(sheet.passed),
    }  # fmt: skip
    questions = [
        {
            "name": exercise,
            "score": _number(sum(one.points for one in sheet.of(exercise))),
            "max_score": _number(sum(one.out_of for one in sheet.of(exercise))),
            "visibility": "visible",
            "output": _text("\n\n".join(_line(one) for one in sheet.of(exercise))),
            "status": _status(all(one.passed for one in sheet.of(exercise))),
        }
        for exercise in sheet.exercises
    ]
    return _document({"tests": [summary, *questions]})


def prairielearn(sheet: Sheet) -> str:
    """What could not be read costs no attempt there: it is not gradable."""
    if sheet.not_read and len(sheet.not_read) == len(sheet.exercises):
        errors = [_text(error) for error in sheet.not_read]
        return _document({"gradable": False, "format_errors": errors, "message": _summary(sheet)})
    return _document(
        {
            "gradable": True,
            "score": sheet.points / sheet.out_of if sheet.out_of else 0.0,
            "message": _summary(sheet),
            "tests": [
                {
                    "name": one.name,
                    "description": one.exercise,
                    "points": _number(one.points),
                    "max_points": _number(one.out_of),
                    "message": _text(one.said),
                }
                for one in sheet.outcomes
            ],
        }
    )


def _summary(sheet: Sheet) -> str:
    if sheet.not_read:
        return _text("\n".join(sheet.not_read))
    if all(one.said in (NOTHING, NOT_GRADED) for one in sheet.outcomes):
        return NOTHING_GRADED
    passed = ", passed." if sheet.passed else "."
    return f"{sheet.points:g} of {sheet.out_of:g} points{passed}"


def _line(one: Outcome) -> str:
    return f"{one.name}: {'passed' if one.passed else one.said}"


def _status(passed: bool) -> str:
    return "passed" if passed else "failed"


def _number(value: float) -> float:
    return round(value, 6)


def _text(said: str) -> str:
    return printable(said, LONGEST)


def _document(facts: dict[str, Any]) -> str:
    return json.dumps(facts, indent=2) + "\n"
