"""Memory is gathered into large pages where the kernel has them, and stays what it was."""

import platform
import subprocess
import sys

import pytest

MISSING = sys.platform != "linux" or tuple(map(int, platform.release().split(".")[:2])) < (6, 1)
GATHERED = """
import mmap, re
from pathlib import Path
from grader.process.large_pages import LARGE, gather

memory = mmap.mmap(-1, 8 * LARGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
pages = range(0, len(memory), mmap.PAGESIZE)
for at in pages:
    memory[at] = at // mmap.PAGESIZE % 251

def in_large_pages():
    rollup = Path("/proc/self/smaps_rollup").read_text()
    return int(re.search(r"AnonHugePages: +([0-9]+)", rollup)[1]) * 1024

before = in_large_pages()
gather()
print(all(memory[at] == at // mmap.PAGESIZE % 251 for at in pages))
print((in_large_pages() - before) // LARGE)
"""


@pytest.mark.skipif(MISSING, reason="it takes Linux 6.1 or later")
def test_memory_is_gathered_and_holds_what_it_held() -> None:
    done = subprocess.run(
        [sys.executable, "-c", GATHERED], capture_output=True, text=True, check=True
    )
    as_it_was, gathered = done.stdout.split()
    assert as_it_was == "True"
    assert int(gathered) >= 6  # of eight, as it need not begin where a large page does
