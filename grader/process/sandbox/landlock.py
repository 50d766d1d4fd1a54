"""Landlock: which files a child may open, and no TCP, no signal and no socket beyond itself.

An allow-list by hierarchy: the interpreter's libraries to read, the private folder to write.
Whatever is not named is refused: solutions, submissions, home folders, /proc, /sys. Python
packages for it are young and wrap three system calls; here are those three.
Source: https://docs.kernel.org/userspace-api/landlock.html
"""

import ctypes
import os
import site
import struct
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Set
from contextlib import suppress
from functools import cache
from pathlib import Path

from grader.process.sandbox import kernel
from grader.process.sandbox.kernel import Unavailable, syscall
from grader.process.sandbox.namespaces import PLACE, make_place
from grader.process.sandbox.plan import Plan

CREATE_RULESET_VERSION = 1
RULE_PATH_BENEATH = 1

# Rights by the version of Landlock that brought them: bits of the kernel's own header.
WRITE_FILE, READ_FILE, READ_DIR = 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
TRUNCATE = 1 << 14
FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
TCP = (1 << 0) | (1 << 1)  # bind, connect: version 4
SCOPES = (1 << 0) | (1 << 1)  # abstract unix sockets, signals: version 6

READ = READ_FILE | READ_DIR
WRITE = READ | WRITE_FILE | TRUNCATE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG
OF_A_FILE = READ_FILE | WRITE_FILE | TRUNCATE  # of READ and WRITE, those that a file has

SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/dev/urandom")
NOTHING = "/dev/null"
# Beside modules, what is a copy of this package or of the kit, or holds one.
CLOSED = ("grader", "handgrad*.whl", "handgrad*.egg", "exercises", "solutions", "_kit")

prepared: list[int] = []  # at most one descriptor of a ruleset, for all children of this process


def version() -> int:
    """The version (ABI) of the kernel's Landlock. Raises Unavailable where it is off."""
    kernel.libc()
    try:
        nothing = ctypes.c_void_p(None)
        return syscall(kernel.LANDLOCK_CREATE_RULESET, nothing, 0, CREATE_RULESET_VERSION)
    except OSError as error:
        raise Unavailable(f"this kernel has no Landlock, or it is off ({error}).") from None


def restrict(plan: Plan) -> None:
    """Raises Unavailable or OSError; then nothing is restricted."""
    ruleset = make_ruleset() if plan.ruleset is None else plan.ruleset
    try:
        syscall(kernel.LANDLOCK_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def prepare() -> None:
    prepared.append(make_ruleset())


def make_ruleset() -> int:
    """A descriptor of the ruleset of every child: some two hundred rules, where copies of the
    grader are left out of the packages. Raises Unavailable or OSError."""
    abi = version()
    handled = FILE_RIGHTS[max(known for known in FILE_RIGHTS if known <= abi)]
    attributes = struct.pack(
        "<QQQ", handled, TCP if abi >= 4 else 0, SCOPES if abi >= 6 else 0
    )[: 24 if abi >= 6 else 16 if abi >= 4 else 8]  # fmt: skip
    ruleset = syscall(kernel.LANDLOCK_CREATE_RULESET, attributes, len(attributes), 0)
    try:
        for path in readable():
            _allow(ruleset, path, READ & handled)
        _allow(ruleset, NOTHING, (READ_FILE | WRITE_FILE) & handled)
        if make_place.cache_info().currsize:
            _allow(ruleset, PLACE, WRITE & handled)  # that is, what a child mounts in it
    except BaseException:
        os.close(ruleset)
        raise
    return ruleset


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        at = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not every system has each of them
        return
    try:
        if not os.path.isdir(path):  # noqa: PTH112
            rights &= OF_A_FILE
        rule = struct.pack("<Qi", rights, at)
        syscall(kernel.LANDLOCK_ADD_RULE, ruleset, RULE_PATH_BENEATH, rule, 0)
    finally:
        os.close(at)


@cache
def readable() -> tuple[str, ...]:
    """Hierarchies to read: the standard library and installed packages, but no copy of this one.

    An installed kit has its solutions inside the package; all of the grader that a child
    needs is loaded before.
    """
    paths = sysconfig.get_paths()
    library = [paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    if site.ENABLE_USER_SITE:
        library.append(site.getusersitepackages())
    if folder := sysconfig.get_config_var("LIBDIR"):
        library.append(folder)
    roots = {Path(root).resolve() for root in (*library, *SYSTEM)}
    closed = _copies({*roots, *map(Path, filter(None, sys.path)), *_of_other_pythons()})
    found = {path for root in roots for path in _without(root, closed)}
    return tuple(sorted(map(str, found)))


def _of_other_pythons() -> Iterator[Path]:
    """Folders of packages below those of the system that are read."""
    for pattern in ("python3*/site-packages", "python3*/dist-packages"):
        for root in SYSTEM[:4]:
            yield from Path(root).glob(pattern)


def _copies(folders: Iterable[Path]) -> frozenset[Path]:
    """What may hold worked answers: this checkout, and where packages or folders of these names
    are, on the way to any module."""
    found = {Path(__file__).resolve().parents[2]}
    for folder in folders:
        for pattern in CLOSED:
            with suppress(OSError):
                found |= {path.resolve() for path in folder.glob(pattern)}
    return frozenset(found)


def _without(root: Path, closed: frozenset[Path]) -> Iterator[Path]:
    """`root`, or as much of it as does not hold any of `closed`."""
    if closed.isdisjoint(root.parents):
        yield from _below(root, closed, {folder for path in closed for folder in path.parents})


def _below(root: Path, closed: Set[Path], holding: Set[Path]) -> Iterator[Path]:
    """`holding`: the folders with something closed in them."""
    if root in closed:
        return
    if root not in holding:
        yield root
        return
    with suppress(OSError):
        for inside in root.iterdir():
            # A link leads where its own rule is looked for: elsewhere, or to what is closed.
            yield from () if inside.is_symlink() else _below(inside, closed, holding)


def check(plan: Plan) -> str | None:
    """Tries to look at what no child may: the grader itself, the root folder, processes."""
    for path in (str(Path(__file__).parent), "/", "/proc", "/etc", str(Path.cwd().parent)):
        try:
            os.listdir(path)  # noqa: PTH208
        except OSError:
            continue
        return f"{path} could be listed"
    return None
