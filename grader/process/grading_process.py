"""A process that grades for another one: a line of JSON in, a line of JSON out.

It imports torch once, starts from nothing (clean_start.py), and ends when its input does, so also
where whoever asks it is killed. Both ends are here. Importing this imports no torch.
"""

import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from grader.process.clean_start import NATIVE, bare_environment, choose_kernels, load_torch
from grader.process.torch_process import Forked, TorchProcess

ENDING = 5.0  # seconds for it to end by itself
LONGEST = 256 * 2**20  # bytes of one answer
new_process = subprocess.Popen  # the tests' is a fork of theirs: it has torch already


class Lost(Exception):
    """It ended without an answer, or gave none in time: a phrase that says why."""


class GradingProcess:
    """The end that asks; one thread's."""

    def __init__(
        self,
        module: str,
        native: bool = False,
        folder: Path | None = None,
        forks: TorchProcess | None = None,
    ) -> None:
        """`folder`: what it works in. `forks`: the process to fork it from, where there is one."""
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed with the process
        self._process = self._forked(module, folder, forks) or new_process(
            [sys.executable, "-P", "-m", module, *[NATIVE] * native],
            env=choose_kernels(bare_environment(), native),
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            start_new_session=True,  # Ctrl-C is answered by whoever asks
        )

    def _forked(
        self, module: str, folder: Path | None, forks: TorchProcess | None
    ) -> Forked | None:
        if forks is not None and folder is not None:
            with suppress(OSError):  # that process has died, or given no answer
                return forks.start(module, self._said, folder)
        return None

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        try:
            self._process.wait(0.0)
        except subprocess.TimeoutExpired:
            return True
        return False

    def tell(self, facts: Any) -> None:
        """Raises Lost."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(facts).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise Lost(self._why_it_ended()) from None

    def ask(self, facts: Any, patience: float | None = None) -> Any:
        """Raises Lost, also after `patience` seconds; then it is not to be asked again."""
        self.tell(facts)
        assert self._process.stdout is not None
        pipe, answer = self._process.stdout.fileno(), bytearray()
        deadline = None if patience is None else time.monotonic() + patience
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while not answer.endswith(b"\n"):
                left = None if deadline is None else max(0.0, deadline - time.monotonic())
                if not selector.select(left):
                    raise Lost(f"no answer within {patience:g} s")
                piece = os.read(pipe, 2**20)
                if not piece or len(answer) > LONGEST:
                    raise Lost(self._why_it_ended())
                answer += piece
        try:
            return json.loads(answer)
        except ValueError:
            raise Lost("an answer that cannot be read") from None

    def kill(self) -> None:
        """It ends at once, with its warm process and whatever that had started."""
        self._process.kill()

    def close(self, patience: float = ENDING) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with suppress(OSError):  # what was still to be written to it
                stream.close()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        self._said.close()

    def _why_it_ended(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").strip().split("\n")
        code = self._process.returncode
        return lines[-1][:300] or ("it ended" if code is None else f"it ended with {code}")


def own_streams() -> Sequence[IO[bytes]]:
    """The end that is asked: requests and answers, once the warm process has been made.

    That is before anything is read. What is printed by whatever is imported goes to stderr, and
    not among the answers.
    """
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull) as nothing:  # noqa: PTH123  a device
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    if sys.platform == "linux":
        from grader.process.launcher import prepare

        load_torch()
        prepare(requests.fileno(), answers.fileno())
    return requests, answers
