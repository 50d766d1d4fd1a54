"""pytest-json-report's document of a class, written as the reports come.

Source: pytest-json-report's README, "Format". Nothing in it depends on when it was made.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from grader.classroom.store import Graded
from grader.errors import one_line
from grader.render.pytest_formats import Check, checks

STAGE = {"duration": 0.0, "outcome": "passed"}


def json_report(graded: Iterable[Graded]) -> Iterator[str]:
    """The summary comes last: it is not known before."""
    passed = failed = 0
    yield '{"created": 0.0, "duration": 0.0, "root": "", "environment": {}, "tests": ['
    for one in graded:
        for check in checks(one.report):
            yield ("\n" if passed + failed == 0 else ",\n") + json.dumps(_test(one, check))
            passed, failed = passed + (check.summary is None), failed + (check.summary is not None)
    total = passed + failed
    outcomes = {"passed": passed, "failed": failed}
    summary = {name: count for name, count in outcomes.items() if count}
    summary |= {"total": total, "collected": total}
    exitcode = 5 if total == 0 else int(failed > 0)
    yield f'\n], "exitcode": {exitcode}, "summary": {json.dumps(summary)}}}\n'


def _test(one: Graded, check: Check) -> dict[str, Any]:
    path = one_line(one.file)
    found: dict[str, Any] = {
        "nodeid": f"{path}::{one.exercise}::{check.name}",
        "lineno": None if check.line is None else check.line - 1,
        "outcome": "passed" if check.summary is None else "failed",
        "keywords": [check.name, one.exercise, path],
        "setup": STAGE,
        "call": STAGE,
        "teardown": STAGE,
    }
    if check.summary is not None:
        crash = {"path": path, "lineno": check.line or 1, "message": check.summary}
        longrepr = "\n".join(part for part in (check.summary, check.details) if part)
        found["call"] = STAGE | {"outcome": "failed", "crash": crash, "longrepr": longrepr}
    return found
