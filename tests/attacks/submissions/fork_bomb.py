"""Forks as fast as it can. (Here: sixteen times at most, and what is born sleeps and ends.)

Seen: judges from the first one on; RLIMIT_NPROC does not hold for root.
"""

import ctypes
import os
import time


def backward(**values):
    libc = ctypes.CDLL(None)
    for born in (os.fork, os.forkpty, libc.fork, libc.vfork if False else libc.fork):
        for _ in range(4):
            try:
                pid = born()
                pid = pid[0] if isinstance(pid, tuple) else pid
            except OSError as error:
                print(error)
                break
            if pid == 0:
                time.sleep(5)
                os._exit(0)
            if pid > 0:
                print("FOUND a process")
    return {}
