"""Namespaces of the child's own: users, mounts, network, and IPC; and in them a private folder.

A user namespace takes every privilege over the machine from root, too. The private folder
is memory mounted where the child alone sees it: it is bounded, and gone with the child.
Linux grants this to anyone, unless the machine's owner (or a container) has closed it.
"""

import ctypes
import os
from pathlib import Path

from grader.process.sandbox.kernel import PR_SET_DUMPABLE, Unavailable, checked, libc, prctl
from grader.process.sandbox.plan import FOLDER, FOLDER_FILES, Plan

CLONE_NEWNS, CLONE_NEWIPC = 0x00020000, 0x08000000
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
PRIVATE_FOLDER = "/dev/shm"  # a folder that every Linux has, and no library is kept in


inside: set[int] = set()  # this process, once it has a mount namespace of its own


def enter_namespaces(plan: Plan) -> None:
    user, group = os.geteuid(), os.getegid()
    prctl(PR_SET_DUMPABLE, 1)  # else its own /proc/self/uid_map is closed to it
    flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC
    checked(libc().unshare(flags), "unshare")
    own = Path("/proc/self")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        (own / name).write_text(text)
    inside.add(os.getpid())


def make_private_folder(plan: Plan) -> None:
    """Mount it, and be in it. Where that fails there is nowhere to write.

    Raises Unavailable outside namespaces of its own: root would change the whole machine.
    """
    os.chdir("/")
    if os.getpid() not in inside:
        raise Unavailable("it takes namespaces of its own.")
    options = f"size={FOLDER},nr_inodes={FOLDER_FILES},mode=700".encode()
    flags = ctypes.c_ulong(MS_NOSUID | MS_NODEV | MS_NOEXEC)
    result = libc().mount(b"tmpfs", PRIVATE_FOLDER.encode(), b"tmpfs", flags, options)
    checked(result, "mount")
    os.chdir(PRIVATE_FOLDER)


def check_private_folder(plan: Plan) -> str | None:
    with open("probe", "wb") as file:  # noqa: PTH123  relative to where the child is
        file.write(b"x")
    found = os.listdir()  # noqa: PTH208
    return None if found == ["probe"] else f"it holds {len(found)} files"
