"""The few calls into the C library that the layers are made of."""

import ctypes
import errno
import os
import platform
import sys
from functools import cache
from typing import Any

# The same number on every architecture that Linux knows (those added since 5.1).
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446

PR_SET_PDEATHSIG, PR_GET_PDEATHSIG = 1, 2
PR_GET_DUMPABLE, PR_SET_DUMPABLE = 3, 4
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS = 38, 39


class Unavailable(Exception):
    """This machine does not have what a layer is made of: a sentence that says what."""


@cache
def libc() -> Any:
    """Raises Unavailable where the kernel is not Linux."""
    if sys.platform != "linux":
        raise Unavailable(f"{platform.system()} has none; it takes Linux.")
    return ctypes.CDLL(None, use_errno=True)


def checked(result: int, what: str) -> int:
    """The result of a call; raises OSError, naming the call, where it failed."""
    if result < 0:
        number = ctypes.get_errno() or errno.EINVAL
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def prctl(option: int, *values: int) -> int:
    arguments = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    return checked(libc().prctl(option, *arguments), "prctl")


def syscall(number: int, *values: Any) -> int:
    """A system call that the C library has no function for. Raises OSError."""
    call = libc().syscall
    call.restype = ctypes.c_long
    arguments = [ctypes.c_long(v) if isinstance(v, int) else v for v in values]
    return checked(call(ctypes.c_long(number), *arguments), f"system call {number}")
