"""Namespaces: users, network and IPC of the children's own, mounts of each child's; and in them a
private folder.

A user namespace takes every privilege over the machine from root, too. What all children of a
process may share, it enters once, before it makes the first: to make a network takes longer than
all else of it. The private folder is memory mounted where the child alone sees it: it is bounded,
and gone with the child. Linux grants this to anyone, unless the machine's owner (or a container)
has closed it.
"""

import ctypes
import os
from functools import cache
from pathlib import Path

from grader.process.sandbox.kernel import (
    PR_GET_DUMPABLE,
    PR_SET_DUMPABLE,
    Unavailable,
    checked,
    libc,
    prctl,
)
from grader.process.sandbox.plan import FOLDER, FOLDER_FILES, Plan

CLONE_NEWNS, CLONE_NEWIPC = 0x00020000, 0x08000000
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
PLACE = "/dev/shm"  # a folder that every Linux has, and no library is kept in
PRIVATE_FOLDER = f"{PLACE}/own"

inside: set[int] = set()  # this process, once it has a mount namespace of its own


@cache  # what is forked from this process is in them too
def share_namespaces() -> None:
    """Those that all children of this process are in."""
    user, group, dumpable = os.geteuid(), os.getegid(), prctl(PR_GET_DUMPABLE)
    prctl(PR_SET_DUMPABLE, 1)  # else its own /proc/self/uid_map is closed to it
    try:
        flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC
        checked(libc().unshare(flags), "unshare")
        own = Path("/proc/self")
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            (own / name).write_text(text)
    finally:
        prctl(PR_SET_DUMPABLE, dumpable)


@cache
def make_place() -> None:
    """In it each child mounts a folder of its own. A child passes through it, and can neither read
    nor write it: none leaves anything there for another.

    Raises Unavailable outside namespaces of its own: root would change the whole machine.
    """
    if not share_namespaces.cache_info().currsize:
        raise Unavailable("it takes namespaces of its own.")
    _mount(PLACE, "size=4k,nr_inodes=4,mode=100")
    os.mkdir(PRIVATE_FOLDER)  # noqa: PTH102
    _mount(PLACE, "", MS_REMOUNT | MS_RDONLY)


def enter_namespaces(plan: Plan) -> None:
    share_namespaces()
    checked(libc().unshare(CLONE_NEWNS), "unshare")
    inside.add(os.getpid())


def make_private_folder(plan: Plan) -> None:
    """Mount it, and be in it. Where that fails there is nowhere to write.

    Raises Unavailable outside namespaces of its own: root would change the whole machine.
    """
    os.chdir("/")
    if os.getpid() not in inside:
        raise Unavailable("it takes namespaces of its own.")
    make_place()
    _mount(PRIVATE_FOLDER, f"size={FOLDER},nr_inodes={FOLDER_FILES},mode=700")
    os.chdir(PRIVATE_FOLDER)


def _mount(folder: str, options: str, further: int = 0) -> None:
    flags = ctypes.c_ulong(MS_NOSUID | MS_NODEV | MS_NOEXEC | further)
    result = libc().mount(b"tmpfs", folder.encode(), b"tmpfs", flags, options.encode())
    checked(result, "mount")


def check_private_folder(plan: Plan) -> str | None:
    with open("probe", "wb") as file:  # noqa: PTH123  relative to where the child is
        file.write(b"x")
    found = os.listdir()  # noqa: PTH208
    return None if found == ["probe"] else f"it holds {len(found)} files"
