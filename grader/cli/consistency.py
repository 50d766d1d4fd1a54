"""`grade dev check`: the kit verifies its own exercises."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from grader.cli.grading import Call, open_grader
from grader.cli.lesson import FOLDER as LESSONS
from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.syntax.submission import read_submission
from grader.workspace import kit

ALL_EXACT = ("exercise1",)  # the lecture's own answer, line by line


def failures(tell: Callable[[str], None]) -> Iterator[str]:
    """Each inconsistency as a sentence; `tell` gets a line for what holds."""
    call = Call(
        names=kit.NAMES, json_to=None, junit=None, json_report=None, seed=2147483647,
        native=False, strict=False, timeout=30.0, trace=False, untrusted=False,
    )  # fmt: skip
    yield from _sync_failures()
    with open_grader(call) as grader, tempfile.TemporaryDirectory() as folder:
        for name in EXERCISES:
            exercise = load_exercise(name)
            stub = Path(folder) / f"{name}.py"
            stub.write_text(kit.pristine_stub(name), encoding="utf-8")
            yield from _lint_failures(stub)
            if not (LESSONS / f"{name}.md").exists():
                yield f"{name} has no lesson: write grader/course/lessons/{name}.md"
            report = grader.grade(exercise, read_submission(stub))
            if report.passed or {g.verdict for g in report.gradients} != {"missing"}:
                yield f"{name}: the stub does not grade as all missing ({report.error})"
            report = grader.grade(exercise, read_submission(kit.solution_path(name)))
            if not report.passed:
                first = report.first_own_error
                yield f"{name}: the worked answer fails at {first and first.name} ({report.error})"
            exact = sum(gradient.verdict == "exact" for gradient in report.gradients)
            if name in ALL_EXACT and exact != len(report.gradients):
                yield f"{name}: only {exact} of {len(report.gradients)} are exact"
            tell(
                f"{name}: worked answer {report.score:g} of {len(report.gradients)}, {exact} exact"
            )


def _sync_failures() -> Iterator[str]:
    """In a checkout, exercises/ holds what the course and the answers make."""
    for name in EXERCISES:
        committed = kit.ORIGIN / "exercises" / f"{name}.py"
        if not committed.exists() or committed.read_text(encoding="utf-8") != kit.pristine_stub(
            name
        ):
            yield f"exercises/{name}.py is out of date: `grade dev stubs` rewrites it"


def _lint_failures(stub: Path) -> Iterator[str]:
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if ruff is None:
        yield "ruff is not installed, but the stubs have to be linted: pip install ruff"
        return
    # F401 and F841: a stub's imports and values wait for the learner's lines.
    found = subprocess.run(
        [ruff, "check", "--isolated", "--line-length=100", "--select=E,F,W", "--ignore=F401,F841",
         "--no-cache", str(stub)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if found.returncode != 0:
        yield f"{stub.name} does not lint: {found.stdout.strip()[:300]}"
