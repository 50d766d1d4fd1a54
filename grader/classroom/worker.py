"""A process that grades for a class: process/grading_process.py. The folder that it is started in
is its own, and goes with it."""

import base64
import errno
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from grader.classroom.task import Settings, Task
from grader.cli.grading import load_grading
from grader.cli.submissions import submission_at
from grader.course.exercise import load_exercise
from grader.course.names import NameData
from grader.errors import GraderFailure, NoRoom, Problem
from grader.fault_log import log_fault
from grader.process.grading_process import own_streams
from grader.syntax.dialect import Dialect, usual

if TYPE_CHECKING:
    from grader.grading import Grader
    from grader.report import Report

TRIES = 3  # where something from outside ended the child, or the process that starts it


def graded(grader: "Grader", task: Task, path: Path) -> dict[str, Any]:
    """A report, or a problem of the grader's own."""
    began = time.monotonic()
    try:
        report = _undisturbed(grader, task, path)
        return {"report": report.as_json(), "seconds": time.monotonic() - began}
    except Problem as problem:  # no process could be started: nor can it be for the others
        return {"problem": str(problem), "for_all": True}
    except Exception as error:
        fault = log_fault(error, f"{task.exercise}, {task.name!r}, in a class")
        return {"problem": f"the grader failed on it ({fault})"}


def graded_in(grader: "Grader", task: Task) -> dict[str, Any]:
    """The same, of a file that is put into the folder that this works in."""
    path = Path(task.safe_name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(task.data))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        said = f"{tempfile.gettempdir()}: {os.strerror(error.errno)}."
        return {"problem": str(NoRoom(said)), "for_all": True}
    try:
        return graded(grader, task, path)
    finally:
        path.unlink(missing_ok=True)


def _undisturbed(grader: "Grader", task: Task, path: Path) -> "Report":
    """Graded again where its process was killed, or ended before it was given anything: in case
    that was not the submission's own doing."""
    exercise = load_exercise(task.exercise)
    for _ in range(TRIES - 1):
        with suppress(GraderFailure):
            report = grader.grade(exercise, submission_at(path, exercise))
            if report.ended != "cut_off":
                return report
    return grader.grade(exercise, submission_at(path, exercise))


def open_grader(settings: Settings) -> "Grader":
    load_grading(native=False)
    from grader.grading import Grader, Options

    options = Options(
        settings.seed, settings.strict, settings.timeout, settings.untrusted, _dialect_of(settings)
    )
    return Grader(NameData(settings.names), options)


def _dialect_of(settings: Settings) -> Dialect | None:
    """Where the course allows more than the usual one."""
    if settings.untrusted and any(settings.dialect.values()):
        return usual().widened(**settings.dialect)
    return None


def serve(requests: Iterable[bytes], answers: IO[bytes]) -> None:
    """Until there are no more requests. The first line says how all are graded."""
    lines = iter(requests)
    with open_grader(Settings.from_json(json.loads(next(lines)))) as grader:
        for line in lines:
            task = Task.from_json(json.loads(line))
            answers.write(json.dumps(graded_in(grader, task)).encode() + b"\n")
            answers.flush()


def main() -> None:
    requests, answers = own_streams()
    try:
        with suppress(BrokenPipeError), requests, answers:  # whoever asked is gone
            serve(requests, answers)
    finally:
        shutil.rmtree(os.getcwd(), ignore_errors=True)  # noqa: PTH109  nobody else may be left to


if __name__ == "__main__":
    main()
