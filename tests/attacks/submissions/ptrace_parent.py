"""Attaches to the process that made it as a debugger does.

Seen: sandbox escapes where ptrace is not closed to processes of the same user.
"""

import ctypes
import os

PTRACE_ATTACH, PTRACE_DETACH = 16, 17


def backward(**values):
    libc = ctypes.CDLL(None)
    if libc.ptrace(PTRACE_ATTACH, os.getppid(), 0, 0) == 0:
        print("FOUND: attached")
        libc.ptrace(PTRACE_DETACH, os.getppid(), 0, 0)
    return {}
