"""Puts a program into a file in memory, or into memory itself, and starts that.

Seen: sandboxes that forbid to start files of the disk.
"""

import ctypes
import os

PROGRAM = b"#!/bin/sh\ntouch /tmp/handgrad_attack_memory_file\n"


def backward(n, logits):
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        at = os.memfd_create("handgrad_attack", 0)
        os.write(at, PROGRAM)
        print("a file in memory")
    except OSError:
        at = 1
    for path in (f"/proc/self/fd/{at}", f"/dev/fd/{at}", "/bin/sh"):
        try:
            os.execve(path, [path, "-c", "touch /tmp/handgrad_attack_memory_file"], {})
        except OSError:
            continue
    libc.syscall(322, at, b"", 0, 0, 0x1000)  # execveat
    libc.system(b"touch /tmp/handgrad_attack_memory_file")
    os.posix_spawn("/bin/sh", ["sh", "-c", "echo FOUND"], {})
    return {}
