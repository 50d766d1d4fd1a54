"""Leaves memory behind that outlives it: System V segments, queues, keys, named semaphores.

Seen: a channel from one submission to the next, which no temporary folder shows.
"""

import ctypes

KEY = 0x68616E64


def backward(**values):
    libc = ctypes.CDLL(None)
    if libc.shmget(KEY, 4096, 0o1600) >= 0:
        print("FOUND shared memory")
    if libc.msgget(KEY, 0o1600) >= 0:
        print("FOUND a queue")
    if libc.semget(KEY, 1, 0o1600) >= 0:
        print("FOUND a semaphore")
    if libc.syscall(248, b"user", b"handgrad_attack", b"x", 1, -3) >= 0:  # add_key
        print("FOUND a key")
    return {}
