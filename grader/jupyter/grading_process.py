"""The kernel's end of the process that grades: one for each set of torch's kernels, kept."""

import atexit
import json
import subprocess
import sys
import tempfile
from typing import IO, Any

from grader.errors import GraderFailure, Problem, UsageProblem
from grader.jupyter.asked import Asked
from grader.jupyter.report import NotebookReport
from grader.process.clean_start import NATIVE, bare_environment, choose_kernels

PATIENCE = 5.0  # seconds for the process to end by itself

_running: dict[bool, "GradingProcess"] = {}  # by `native`


def graded(asked: Asked, native: bool) -> NotebookReport:
    """Raises UsageProblem, GraderFailure. A process that was interrupted is not asked again."""
    process = _running.get(native)
    if process is None or not process.runs:
        process = _running[native] = GradingProcess(native)
    try:
        return process.ask(asked)
    except Problem as problem:
        if isinstance(problem, GraderFailure):
            close(native)
        raise
    except BaseException:  # a KeyboardInterrupt: its answer may still come
        close(native, patience=0.0)
        raise


def close(native: bool, patience: float = PATIENCE) -> None:
    process = _running.pop(native, None)
    if process is not None:
        process.close(patience)


@atexit.register
def close_all() -> None:
    for native in list(_running):
        close(native)


class GradingProcess:
    """It ends when its input does, so also where the kernel is killed."""

    def __init__(self, native: bool) -> None:
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed with the process
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "grader.jupyter.serve", *[NATIVE] * native],
            env=choose_kernels(bare_environment(), native),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            start_new_session=True,  # a kernel's interrupt is for what the kernel does
        )

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def ask(self, asked: Asked) -> NotebookReport:
        """Raises UsageProblem, GraderFailure."""
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(asked.as_json()).encode() + b"\n")
            self._process.stdin.flush()
            answer = json.loads(self._process.stdout.readline())
        except (OSError, ValueError):
            raise GraderFailure(self._why_it_ended()) from None
        return _report(answer)

    def close(self, patience: float = PATIENCE) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            try:
                stream.close()
            except OSError:  # what was still to be written to it
                continue
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.close()

    def _why_it_ended(self) -> str:
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").strip().split("\n")
        said = f" ({lines[-1]})" if lines[-1] else ""
        return f"The process that grades has ended{said}; run the cell again."


def _report(answer: dict[str, Any]) -> NotebookReport:
    problem = answer.get("problem")
    if problem is not None:
        raise (UsageProblem if answer["usage"] else GraderFailure)(problem)
    return NotebookReport(answer["report"], answer["text"], answer["html"])
