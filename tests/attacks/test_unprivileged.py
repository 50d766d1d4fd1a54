"""The same attacks as a user without privileges. (Run as one, the other tests are that.)"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="takes root to become another")
@pytest.mark.parametrize("part", ["doctor", "attacks"])
def test_as_an_unprivileged_user(part: str) -> None:
    tests = [str(HERE / "test_attacks.py"), "-k", "gets_nothing", "-p", "no:cacheprovider"]
    what = ["grader", "doctor"] if part == "doctor" else ["pytest", "-q", *tests]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, HERE / "as_nobody.py", folder, sys.executable, "-m", *what],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if "Errno 1] mount" in done.stderr or "Errno 1] unshare" in done.stderr:
        pytest.skip("this machine grants root no mount namespace")
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert "All that --untrusted requires holds here." in done.stdout or " passed" in done.stdout
