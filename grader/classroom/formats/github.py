"""What GitHub's classrooms read: the autograding result, and Classroom 50's result.json.

Sources: the autograding graders and their reporter (classroom-resources), version 3: a document in
base64; Classroom 50's wiki, "The result.json contract".
"""

import base64
import json
import os
from datetime import UTC, datetime

from grader.classroom.formats.outcomes import Sheet
from grader.errors import UsageProblem, printable

LONGEST = 2000  # characters of a sentence: a step's output has a limit
SCALES = (1, 2, 4, 5, 10, 20, 100)  # of points, until all are whole numbers


def autograding(sheet: Sheet) -> str:
    """For a step's output `result`: one line."""
    document = {
        "version": 3,
        "status": "pass" if sheet.passed else "error" if sheet.not_read else "fail",
        "max_score": round(sheet.out_of, 6),
        "tests": [
            {
                "name": f"{one.exercise}: {one.name}",
                "status": "pass" if one.passed else "fail",
                "message": None if one.passed else printable(one.said or "failed", LONGEST),
                "score": round(one.points, 6),
                "test_code": f"grade {one.exercise}",
                "filename": "",
                "line_no": one.line or 0,
                "execution_time": 0,
            }
            for one in sheet.outcomes
        ],
    }
    return base64.b64encode(json.dumps(document).encode()).decode("ascii") + "\n"


def classroom50(sheet: Sheet) -> str:
    """Where and whose it is, its runner says in the environment.

    Points are whole numbers there: where some are not, all are multiplied.
    """
    amounts = [amount for one in sheet.outcomes for amount in (one.points, one.out_of)]
    scale = next((scale for scale in SCALES if _whole(amounts, scale)), SCALES[-1])
    tests = [
        {
            "test-name": f"{one.exercise}: {one.name}",
            "passed": one.passed,
            "score": round(one.points * scale),
            "max-score": round(one.out_of * scale),
            "message": printable(one.said, LONGEST),
        }
        for one in sheet.outcomes
    ]
    document = {
        "schema": "classroom50/result/v1",
        "classroom": _told("CLASSROOM"),
        "assignment": _told("ASSIGNMENT"),
        "submission": _told("SUBMISSION_TAG"),
        "commit": _told("COMMIT_URL"),
        "release": _told("RELEASE_URL"),
        "review": os.environ.get("REVIEW_URL") or _told("COMMIT_URL"),
        "datetime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "score": sum(int(str(test["score"])) for test in tests),
        "max-score": sum(int(str(test["max-score"])) for test in tests),
        "tests": tests,
    }
    return json.dumps(document, indent=2) + "\n"


def _whole(amounts: list[float], scale: int) -> bool:
    return all(abs(amount * scale - round(amount * scale)) < 1e-6 for amount in amounts)


def _told(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise UsageProblem(
            f"--format classroom50: {name} is not set; Classroom 50's runner sets it."
        )
    return value
