"""The kernel's end of the process that grades: one for each set of torch's kernels, kept."""

import atexit
from typing import Any

from grader.errors import GraderFailure, UsageProblem
from grader.jupyter.asked import Asked
from grader.jupyter.report import NotebookReport
from grader.process.grading_process import ENDING, GradingProcess, Lost

_running: dict[bool, GradingProcess] = {}  # by `native`


def graded(asked: Asked, native: bool) -> NotebookReport:
    """Raises UsageProblem, GraderFailure. A process that was interrupted is not asked again."""
    process = _running.get(native)
    if process is None or not process.runs:
        process = _running[native] = GradingProcess("grader.jupyter.serve", native)
    try:
        answer = process.ask(asked.as_json())
    except Lost as lost:
        close(native)
        raise GraderFailure(
            f"The process that grades has ended ({lost}); run the cell again."
        ) from None
    except BaseException:  # a KeyboardInterrupt: its answer may still come
        close(native, patience=0.0)
        raise
    return _report(answer)


def close(native: bool, patience: float = ENDING) -> None:
    process = _running.pop(native, None)
    if process is not None:
        process.close(patience)


@atexit.register
def close_all() -> None:
    for native in list(_running):
        close(native)


def _report(answer: dict[str, Any]) -> NotebookReport:
    problem = answer.get("problem")
    if problem is not None:
        raise (UsageProblem if answer["usage"] else GraderFailure)(problem)
    return NotebookReport(answer["report"], answer["text"], answer["html"])
