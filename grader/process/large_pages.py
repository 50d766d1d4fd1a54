"""A process's memory in pages of 2 MiB, so that it is forked, and its children end, in less time.

To fork a process copies its table of pages, and each of the 37,000 small ones that torch takes has
an entry. What the C library hands out is in large ones from the start, where it does as it is told
(AT_START in clean_start.py): a child takes 4 ms less. To gather the rest, Python's own, takes up to
a tenth of a second, once; a child then takes another 2 ms less.
Source: https://man7.org/linux/man-pages/man2/madvise.2.html
"""

import ctypes
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from grader.process.sandbox.kernel import Unavailable, checked, libc

MADV_COLLAPSE = 25
LARGE = 2 * 2**20
# Of /proc/self/maps: private memory to write in that belongs to no file.
ANONYMOUS = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) rw-p 0+ 00:00 0 *(\[heap\])?$", re.MULTILINE)


def gather() -> None:
    """As much as the kernel does of it (Linux 6.1 or later, and memory that is free)."""
    for start, size in _large_parts():
        with suppress(OSError, Unavailable):
            address, length = ctypes.c_void_p(start), ctypes.c_size_t(size)
            checked(libc().madvise(address, length, MADV_COLLAPSE), "madvise")


def _large_parts() -> Iterator[tuple[int, int]]:
    """Start and size of the memory that whole large pages fit into."""
    with suppress(OSError):
        for first, last, _ in ANONYMOUS.findall(Path("/proc/self/maps").read_text()):
            start = -(-int(first, 16) // LARGE) * LARGE
            size = int(last, 16) // LARGE * LARGE - start
            if size > 0:
                yield start, size
