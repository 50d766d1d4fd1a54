"""The test command: python -m tests [--quick] [options for pytest]. Ends at the first that fails.

--quick: ruff's rules, and the tests that grade little: for a look after each change.
"""

import os
import subprocess
import sys
from pathlib import Path

from grader.process.clean_start import AT_START

ROOT = Path(__file__).parent.parent
LINT = (("ruff", "check", "."), ("ruff", "format", "--check", "."))
TYPES = ("mypy",)
TESTS = ("pytest", "-n", "2", "--dist", "worksteal", "--timeout", "300")
QUICK = (
    "tests/child", "tests/course", "tests/derive", "tests/diagnose/mistakes/test_every_mistake.py",
    "tests/judge", "tests/render", "tests/syntax", "tests/train/test_dataset.py",
    "tests/workspace", "tests/test_data.py", "tests/test_expressions.py", "tests/test_gradcheck.py",
    "tests/test_imports.py", "tests/test_lessons.py", "tests/test_prints.py",
    "--ignore=tests/render/test_pytest_formats.py", "--ignore=tests/syntax/test_linear.py",
    *(f"--ignore=tests/judge/test_{name}.py" for name in ("cut_off", "leading_ones", "measured")),
    "-m", "not slow",
)  # fmt: skip


def python(*command: str) -> list[str]:
    print("$", *command, flush=True)
    return [sys.executable, "-m", *command]


def main(options: list[str]) -> int:
    os.environ |= AT_START  # most tests fork, and a test's process has as much to copy
    quick = "--quick" in options
    asked = [option for option in options if option != "--quick"]
    for stage in LINT[:1] if quick else LINT:
        if status := subprocess.run(python(*stage), cwd=ROOT, check=False).returncode:
            return status
    if quick:
        return subprocess.run(python(*TESTS, *QUICK, *asked), cwd=ROOT, check=False).returncode
    # Tests that wait leave room for mypy beside them; what it says comes after theirs.
    with subprocess.Popen(python(*TYPES), cwd=ROOT, stdout=subprocess.PIPE, text=True) as types:
        tests = subprocess.run(python(*TESTS, *asked), cwd=ROOT, check=False).returncode
        print("$", *TYPES)
        print(types.communicate()[0], end="", flush=True)
    return tests or types.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
