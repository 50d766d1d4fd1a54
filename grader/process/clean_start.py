"""`grade` begun anew as an interpreter that has been told nothing, to make the warm process in.

The command puts its words and its environment into a file in memory, and replaces itself by a
Python without either (`restart`). That one loads torch, forks the warm process, and only then
reads what it was asked (grader/__main__.py). So torch is loaded once, and nothing that a call
says was ever in the process that children are forked from: no option, no seed, no path.
"""

import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise

WORD = "--told"  # before the number of that file, which is all that the new Python is told
NATIVE = "--native"  # the one option that is known earlier: torch chooses its kernels at the start
FILES = ("--submission", "--names")
# What Python and torch need to start. No other variable is handed over.
KEPT = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "VIRTUAL_ENV")
KEPT_PREFIXES = ("LC_", "LD_", "PYTHON", "OMP_", "MKL_", "KMP_", "OPENBLAS_", "CUDA_")

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # mallopt(3)

AT_START = {
    # The sandbox grants no threads; code that asks torch for four is to get one, not to end.
    "OMP_THREAD_LIMIT": "1",
    "OPENBLAS_NUM_THREADS": "1",  # numpy's, which would wait for work in a loop
    # GNU's C library takes memory in large pages: large_pages.py.
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}


def bare_environment() -> dict[str, str]:
    """For a process that is to know nothing of the one that starts it. A set of texts has the same
    order in each, so that what a learner's code makes of one can be graded again to the bit."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in KEPT or name.startswith(KEPT_PREFIXES)
    }
    return kept | {"PYTHONHASHSEED": "0"}


def choose_kernels(environment: dict[str, str], native: bool) -> dict[str, str]:
    """With torch's vectorised tanh, its own backward and the textbook's 1 - h**2 differ in the
    last bit, and everything below hpreact reads `exact: False`."""
    plain = {} if native else {"ATEN_CPU_CAPABILITY": "default"}
    return environment | plain | AT_START


def restart(arguments: Sequence[str]) -> None:
    """Does not return where it succeeds. `arguments`: sys.argv."""
    if sys.platform != "linux" or "torch" in sys.modules or _fails(arguments[1:]):
        return
    told = os.memfd_create("told", 0)
    with os.fdopen(told, "wb", closefd=False) as file:
        file.write(json.dumps([list(arguments), dict(os.environ)]).encode("ascii"))
    os.lseek(told, 0, os.SEEK_SET)
    flags = [
        flag for flag, on in (("-I", sys.flags.isolated), ("-s", sys.flags.no_user_site)) if on
    ]
    command = [sys.executable, "-P", *flags, "-m", "grader", WORD, str(told)]
    environment = choose_kernels(bare_environment(), NATIVE in arguments)
    try:
        os.execve(sys.executable, command, environment)
    except OSError:  # it starts without: see launcher.py
        os.close(told)


def _fails(words: Sequence[str]) -> bool:
    """Whether it is plain that nothing will be graded: that needs no torch to be said."""
    named = [after for word, after in pairwise(words) if word in FILES]
    return any(word in ("-h", "--help") for word in words) or not all(map(os.path.exists, named))


def read_call(told: int) -> None:
    """Of the new Python, once the warm process has been made: be the command that was called."""
    with os.fdopen(told, "rb") as file:
        sys.argv[:], environment = json.loads(file.read())
    os.environ.clear()
    os.environ.update(environment)


def load_torch() -> None:
    """torch's hundred thousand objects are here to stay: a collection among them takes 0.1 s,
    here and in each child, where it would also copy the pages it touches."""
    import gc
    import warnings

    gc.disable()
    # The kit does without numpy; torch says so each time, to learners who never asked.
    warnings.filterwarnings("ignore", "Failed to initialize NumPy", UserWarning)
    import torch  # noqa: F401

    gc.freeze()
    gc.enable()
    keep_freed_memory()


def keep_freed_memory() -> None:
    """To use it again, in children too: the tensors of a call come and go by the megabyte, and each
    page that is given back to the system takes time to get anew."""
    import ctypes

    with suppress(AttributeError, OSError):  # of GNU's C library
        mallopt = ctypes.CDLL(None).mallopt
        for option in (M_TRIM_THRESHOLD, M_MMAP_THRESHOLD):
            mallopt(option, 2**25)
