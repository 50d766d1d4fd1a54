"""Memory is in large pages, or is gathered into them, where the kernel has them."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from grader.process.clean_start import AT_START

MISSING = sys.platform != "linux" or tuple(map(int, platform.release().split(".")[:2])) < (6, 1)
SETTING = Path("/sys/kernel/mm/transparent_hugepage/enabled")
NO_TUNABLE = (
    platform.libc_ver()[0] != "glibc"
    or tuple(map(int, platform.libc_ver()[1].split("."))) < (2, 35)
    or not SETTING.is_file()
    or "[never]" in SETTING.read_text()
)
COUNTED = """
import mmap, re
from pathlib import Path
from grader.process.large_pages import LARGE, gather

def in_large_pages():
    rollup = Path("/proc/self/smaps_rollup").read_text()
    return int(re.search(r"AnonHugePages: +([0-9]+)", rollup)[1]) * 1024
"""
GATHERED = """
memory = mmap.mmap(-1, 8 * LARGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
pages = range(0, len(memory), mmap.PAGESIZE)
for at in pages:
    memory[at] = at // mmap.PAGESIZE % 251

before = in_large_pages()
gather()
print(all(memory[at] == at // mmap.PAGESIZE % 251 for at in pages))
print((in_large_pages() - before) // LARGE)
"""


HANDED_OUT = """
objects = [bytes(5000) for _ in range(10_000)]
print(in_large_pages() // 2**20)
"""


def said(program: str) -> list[str]:
    command = [sys.executable, "-c", COUNTED + program]
    environment = os.environ | AT_START
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return done.stdout.split()


@pytest.mark.skipif(MISSING, reason="it takes Linux 6.1 or later")
def test_memory_is_gathered_and_holds_what_it_held() -> None:
    as_it_was, gathered = said(GATHERED)
    assert as_it_was == "True"
    assert int(gathered) >= 6  # of eight, as it need not begin where a large page does


@pytest.mark.skipif(MISSING or NO_TUNABLE, reason="it takes Linux 6.1 and glibc 2.35, or later")
def test_what_is_handed_out_is_in_large_pages_from_the_start() -> None:
    (megabytes,) = said(HANDED_OUT)
    assert int(megabytes) >= 30  # of fifty
