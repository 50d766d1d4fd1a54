"""seccomp: the system calls that a child may make, as a filter that the kernel runs.

Assembled by hand: libseccomp's bindings for Python are unmaintained or need the library on the
machine, and a filter is a list of eight-byte instructions. A call that is not allowed
fails with EPERM, so that honest code gets a PermissionError it can read. A call in another
architecture's numbering, which only machine code makes, ends the process (SIGSYS).
Source: https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

import ctypes
import errno
import os
import platform
import struct
import termios
from dataclasses import dataclass
from functools import cache

from grader.process.sandbox.kernel import PR_SET_SECCOMP, Unavailable, checked, libc
from grader.process.sandbox.plan import Plan
from grader.process.sandbox.syscalls import ALWAYS, MACHINES, SOMETIMES, numbers

ARCHITECTURES = dict(zip(MACHINES, (0xC000003E, 0xC00000B7), strict=True))  # AUDIT_ARCH_*
SECCOMP_MODE_FILTER = 2
KILL, REFUSE, ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
X32 = 0x40000000  # x86_64 numbers from here on are another numbering
NEWER = 424  # from here on calls are new: a library asks for one, and takes ENOSYS for "too old"

LOAD, AND, RETURN = 0x20, 0x54, 0x06  # BPF_LD|W|ABS, BPF_ALU|AND|K, BPF_RET|K
IF_EQUAL, IF_AT_LEAST = 0x15, 0x35  # BPF_JMP|JEQ|K, BPF_JMP|JGE|K
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data

FIOCLEX, FIONCLEX = 0x5451, 0x5450
F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC = 0, 1, 2, 3, 4, 1030
PR_SET_VMA, PR_SET_NAME, PR_GET_NAME = 0x53564D41, 15, 16
PR_GETTERS = (2, 3, 21, 39)  # pdeathsig, dumpable, seccomp, no_new_privs


@dataclass(frozen=True)
class OnlyFor:
    """Allowed where this argument, as 32 bits, is one of these."""

    argument: int
    values: tuple[int, ...]


@dataclass(frozen=True)
class Unless:
    """Allowed where this argument's bits under the mask are not this value."""

    argument: int
    mask: int
    value: int


def rules(own: int) -> dict[str, OnlyFor | Unless]:
    """By call, for a process with this number."""
    # O_TRUNC empties a file that is opened to be read; Landlock knows of it since version 3.
    emptying = os.O_TRUNC | os.O_RDONLY
    mask = os.O_TRUNC | os.O_ACCMODE
    themselves = OnlyFor(0, (own,))
    return {
        "open": Unless(1, mask, emptying),
        "openat": Unless(2, mask, emptying),
        "ioctl": OnlyFor(
            1, (termios.TCGETS, termios.TIOCGWINSZ, termios.FIONREAD, FIOCLEX, FIONCLEX)
        ),
        "fcntl": OnlyFor(1, (F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC)),
        "prctl": OnlyFor(0, (PR_SET_VMA, PR_SET_NAME, PR_GET_NAME, *PR_GETTERS)),
        "kill": themselves,
        "tkill": themselves,
        "tgkill": themselves,
        "prlimit64": OnlyFor(0, (0, own)),
        "sched_setaffinity": OnlyFor(0, (0, own)),
    }


def instruction(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    """`then` and `otherwise`: how many instructions a comparison skips."""
    return struct.pack("<HBBI", code, then, otherwise, value)


def program(machine: str, own: int) -> bytes:
    """The filter for a process `own` on this machine. Raises Unavailable for an unknown one."""
    if machine not in MACHINES:
        raise Unavailable(f"the system calls of {machine} are not known here.")
    parts = [always(machine)]
    bodies = {name: _body(rule) for name, rule in rules(own).items()}
    for name, number in numbers(SOMETIMES, machine).items():
        length = len(bodies[name]) // 8
        parts += [instruction(IF_EQUAL, number, otherwise=length), bodies[name]]
    parts += [
        instruction(IF_AT_LEAST, NEWER, otherwise=1),
        instruction(RETURN, REFUSE | errno.ENOSYS),
        instruction(RETURN, REFUSE | errno.EPERM),
    ]
    return b"".join(parts)


def prepare() -> None:
    always(platform.machine())


@cache
def always(machine: str) -> bytes:
    """The part that is the same for every process: worked out once, before any is made."""
    allow = instruction(RETURN, ALLOW)
    parts = [
        instruction(LOAD, ARCHITECTURE),
        instruction(IF_EQUAL, ARCHITECTURES[machine], then=1),
        instruction(RETURN, KILL),
        instruction(LOAD, NUMBER),
    ]
    if machine == "x86_64":
        parts += [instruction(IF_AT_LEAST, X32, otherwise=1), instruction(RETURN, KILL)]
    for number in numbers(ALWAYS, machine).values():
        parts += [instruction(IF_EQUAL, number, otherwise=1), allow]
    return b"".join(parts)


def _body(rule: OnlyFor | Unless) -> bytes:
    allow, refuse = instruction(RETURN, ALLOW), instruction(RETURN, REFUSE | errno.EPERM)
    body = instruction(LOAD, ARGUMENTS + 8 * rule.argument)  # the low half: both are little-endian
    if isinstance(rule, OnlyFor):
        for value in rule.values:
            body += instruction(IF_EQUAL, value, otherwise=1) + allow
        return body + refuse
    body += instruction(AND, rule.mask)
    return body + instruction(IF_EQUAL, rule.value, otherwise=1) + refuse + allow


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def filter_calls(plan: Plan) -> None:
    """From here on. Takes no_new_privs. Raises Unavailable or OSError."""
    library = libc()
    code = program(platform.machine(), os.getpid())
    filters = _Program(len(code) // 8, code)
    mode = ctypes.c_ulong(SECCOMP_MODE_FILTER)
    checked(library.prctl(PR_SET_SECCOMP, mode, ctypes.byref(filters), 0, 0), "seccomp")


def check(plan: Plan) -> str | None:
    """Tries what no child may; what wrongly works is harmless."""
    import socket

    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
        try:
            socket.socket(family).close()
        except OSError:
            continue
        return "a socket was granted"
    try:
        pid = os.fork()
    except OSError:
        pid = -1
    if pid == 0:
        os._exit(0)
    if pid > 0:
        return "a process was granted"
    try:
        os.kill(os.getppid(), 0)
    except PermissionError:
        return None
    return "another process may be signalled"
