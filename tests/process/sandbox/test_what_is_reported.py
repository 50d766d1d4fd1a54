"""Whatever ends a child, the report says which limit it was, and how much."""

import os
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from grader.process.attempt import Attempt
from grader.process.launcher import WarmProcess
from grader.protocol.messages import Ended, Request, Setup
from grader.render.messages import ended_sentence
from grader.report import Report
from grader.rows import Row
from tests.grading import WITHOUT_DIALECT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox takes Linux")
Grade = Callable[..., Report]

SANDBOX = "(the code runs in a sandbox: no files, no network, no other programs)"
MACHINE_CODE = """import ctypes, mmap
    page = mmap.mmap(-1, 4096, prot=7)
    page.write(bytes.fromhex("b814000000cd80c3"))
    ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()"""
PRINTS = """text = "x" * 2**20
    for _ in range(40): print(text)"""

ENDS = {
    "a crash": ("import ctypes; ctypes.string_at(0)", "errored", "was killed by SIGSEGV."),
    "an abort": ("import os; os.abort()", "errored", "was killed by SIGABRT."),
    "memory": ("x = bytearray(2**32)", "errored", "MemoryError (the sandbox gives 2 GiB"),
    "torch's memory": (
        "x = torch.empty(2**32)", "errored", "bytes. Error code 12 (Cannot allocate memory) "
        "(the sandbox gives 2 GiB of memory)",
    ),
    "a file's size": ("open('x', 'wb').write(bytes(2**25))", "errored", "OSError: [Errno 27] File"),
    "a file": ("open('/etc/passwd')", "errored", SANDBOX),
    "a program": ("import os; os.execv('/bin/true', ['true'])", "errored", SANDBOX),
    "a socket": ("import socket; socket.socket()", "errored", SANDBOX),
    "a process": ("import os; os.fork()", "errored", SANDBOX),
    "a thread": (
        "import threading; threading.Thread(target=print).start()", "errored",
        "RuntimeError: can't start new thread",
    ),
    "output": (PRINTS, "errored", "the code printed more than 16 MiB."),
    "time": ("while True: pass", "timeout", "still running when its time was up; --timeout"),
    "time in C": ("import itertools; sum(itertools.count())", "timeout", "no answer within 0.5 s"),
    "other calls": (MACHINE_CODE, "errored", "for a system call that Python never makes (SIGSYS)."),
}  # fmt: skip


@pytest.mark.parametrize("what", ENDS)
def test_it_is_named(what: str, grade_text: Grade) -> None:
    if what == "other calls" and platform.machine() != "x86_64":
        pytest.skip("this machine has one numbering of system calls")
    body, verdict, said = ENDS[what]
    source = f"import torch\ndef backward(n, logits):\n    {body}; dlogits = logits\n"
    report = grade_text(source + "    return locals()\n", "exercise2", timeout=0.5)
    (gradient,) = report.gradients
    assert gradient.verdict == verdict
    assert report.error is not None
    assert " ".join(report.error.split()).endswith(said) or said in report.error


def test_processor_time_is_limited_beside_the_clocks() -> None:
    source = "import signal\nsignal.alarm(0)\ndef backward(a):\n    while True: pass\n"
    setup = Setup(source, "answer.py", 30.0, "function", (Row("a"),))
    launcher = WarmProcess()
    try:
        with Attempt(launcher, setup, cpu=1) as running:
            ended = running.ask(Request({"a": torch.ones(2)}, {}, float64=False))
    finally:
        launcher.close()
    assert ended == Ended("cpu", "1 s")
    assert ended_sentence(ended).startswith("the code used more than 1 s of processor time. ")


SPY = """import ctypes, os, posix
def backward(n, logits):
    stack = ctypes.addressof(ctypes.c_char_p.in_dll(ctypes.CDLL(None), "environ"))
    print("environ", dict(os.environ), posix.environ)
    top = ctypes.c_void_p.in_dll(ctypes.CDLL(None), "__libc_stack_end").value
    text = b""
    for size in (2**11, 2**12, 2**13, 2**14):
        text = ctypes.string_at(top, size)
        if SECRET in text: break
    print("secret" if SECRET in text else "nothing", len(text))
    return {}
SECRET = b"SECRET" + b"-5d0c"
"""


def test_the_kernels_copy_of_the_environment_is_overwritten(tmp_path: Path) -> None:
    spy = tmp_path / "spy.py"
    spy.write_text(SPY)
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_DIALECT, "exercise2", "--untrusted", "--submission", spy],
        # Of a kind that Python may need to start; others are not handed over at all.
        env={"PATH": os.environ["PATH"], "LC_TOKEN": "SECRET-5d0c", "LC_PADDING": "x" * 2**15},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "environ {} {}" in done.stderr, done.stderr
    assert "nothing 16384" in done.stderr


@pytest.mark.parametrize("options", [["--untrusted"], ["--native"], ["--junit", "out.xml"]])
def test_files_beside_a_submission_are_not_loaded(options: list[str], tmp_path: Path) -> None:
    """Started in that very folder, as a teacher would."""
    mark = tmp_path / "loaded"
    for name in ("torch", "sitecustomize", "usercustomize", "conftest", "grader", "click", "json"):
        spoiled = f"open({str(mark)!r}, 'a').write({name!r})\nraise SystemExit(0)\n"
        (tmp_path / f"{name}.py").write_text(spoiled)
    (tmp_path / "evil.pth").write_text(f"import os; open({str(mark)!r}, 'a').write('pth')\n")
    package = tmp_path / "grader"  # --native and JUnit start a Python of their own
    package.mkdir()
    (package / "__init__.py").write_text(f"open({str(mark)!r}, 'a').write('package')\n")
    answer = "def backward(n, logits):\n    import torch\n    return {'dlogits': logits}\n"
    (tmp_path / "answer.py").write_text(answer)
    grade = Path(sys.executable).with_name("grade")
    done = subprocess.run(
        [grade, "exercise2", *options, "--submission", "answer.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not mark.exists(), mark.read_text()
    assert done.returncode == 1
    assert "value-for-gradient" in done.stdout  # it was graded
