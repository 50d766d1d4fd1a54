"""Attacks as a user without privileges. (Run as one, the other tests are that.)"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
# What the kernel may grant root and refuse another, or the other way round. The rest happens
# inside Python, which does not ask who it is.
OF_THE_KERNEL = (
    "clone_by_number", "daemon_threads", "disk_bomb", "dns", "double_fork", "environment_secret",
    "exec_programs", "files_beside_it", "fork_bomb", "import_solution", "inherited_descriptors",
    "many_files", "memory_bomb", "modes_and_owners", "namespaces_and_mounts", "odd_sockets",
    "other_architecture", "overwrite_own_file", "own_memory_map", "parents_descriptors",
    "parents_memory", "ptrace_parent", "raises_its_limits", "read_neighbour", "read_solution",
    "shared_memory", "signals_to_others", "tcp", "udp", "unix_sockets", "walk_for_answers",
    "write_report", "torch_reads_files", "young_system_calls", "links_out", "memory_file_exec",
    "priorities_of_others", "compiled_cache_poison", "second_copy", "frames_of_the_command",
)  # fmt: skip


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="takes root to become another")
@pytest.mark.parametrize("part", ["doctor", "attacks"])
def test_as_an_unprivileged_user(part: str) -> None:
    tried = f"{HERE / 'test_attacks.py'}::test_it_gets_nothing_and_leaves_nothing"
    tests = [f"{tried}[{attack}]" for attack in OF_THE_KERNEL]
    pytest_ = ["pytest", "-q", "-p", "no:cacheprovider", *tests]
    what = ["grader", "doctor"] if part == "doctor" else pytest_
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, HERE / "as_nobody.py", folder, sys.executable, "-m", *what],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if "Errno 1] mount" in done.stderr or "Errno 1] unshare" in done.stderr:
        pytest.skip("this machine grants root no mount namespace")
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    holds = "All that --untrusted requires works here."
    assert holds in done.stdout or f"{len(OF_THE_KERNEL)} passed" in done.stdout
