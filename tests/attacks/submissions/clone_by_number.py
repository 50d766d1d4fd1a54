"""Asks the kernel for a process by the numbers of clone, clone3, fork and vfork.

Seen: filters that forget a number; glibc itself forks by clone.
"""

import ctypes
import os
import platform

SIGCHLD = 17


def backward(**values):
    libc = ctypes.CDLL(None)
    numbers = (56, 435, 57) if platform.machine() == "x86_64" else (220, 435)
    for number in numbers:
        arguments = (SIGCHLD, 0, 0, 0, 0) if number != 435 else (0, 0)
        pid = libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
        if pid == 0:
            os._exit(0)
        if pid > 0:
            print("FOUND a process")
    return {}
