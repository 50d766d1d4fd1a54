"""Fewer privileges: none of root's, none by starting a program, memory closed to others."""

import ctypes
import os
import signal

from grader.process.sandbox.kernel import (
    PR_GET_DUMPABLE,
    PR_GET_NO_NEW_PRIVS,
    PR_GET_PDEATHSIG,
    PR_SET_DUMPABLE,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    checked,
    libc,
    prctl,
)
from grader.process.sandbox.plan import Plan

CAPABILITY_VERSION = 0x20080522
HEADER = ctypes.c_uint32 * 2  # version, process
SETS = ctypes.c_uint32 * 6  # effective, permitted, inheritable, twice for 64 capabilities


def drop_capabilities(plan: Plan) -> None:
    header = HEADER(CAPABILITY_VERSION, 0)
    checked(libc().capset(header, SETS()), "capset")


def check_capabilities(plan: Plan) -> str | None:
    header, sets = HEADER(CAPABILITY_VERSION, 0), SETS()
    checked(libc().capget(header, sets), "capget")
    return "some are left" if any(sets) else None


def forbid_new_privileges(plan: Plan) -> None:
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def check_no_new_privileges(plan: Plan) -> str | None:
    return None if prctl(PR_GET_NO_NEW_PRIVS) == 1 else "the kernel says otherwise"


def close_memory(plan: Plan | None = None) -> None:
    """No other process of the same user may read this one's memory or descriptors, nor trace it."""
    prctl(PR_SET_DUMPABLE, 0)


def check_memory_closed(plan: Plan) -> str | None:
    return None if prctl(PR_GET_DUMPABLE) == 0 else "the kernel says otherwise"


def die_with_parent(plan: Plan) -> None:
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != plan.parent:  # it was quicker
        os._exit(1)


def check_dies_with_parent(plan: Plan) -> str | None:
    number = ctypes.c_int(0)
    checked(libc().prctl(PR_GET_PDEATHSIG, ctypes.byref(number), 0, 0, 0), "prctl")
    return None if number.value == signal.SIGKILL else "the kernel says otherwise"
