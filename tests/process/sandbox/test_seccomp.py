"""The filter, run here instruction by instruction as the kernel would, on both architectures."""

import errno
import re
import struct
from pathlib import Path

import pytest

from grader.process.sandbox.kernel import Unavailable
from grader.process.sandbox.seccomp import ALLOW, ARCHITECTURES, KILL, REFUSE, program
from grader.process.sandbox.syscalls import ALWAYS, MACHINES, SOMETIMES, numbers

OWN = 4321
EPERM, ENOSYS = REFUSE | errno.EPERM, REFUSE | errno.ENOSYS
BOTH = pytest.mark.parametrize("machine", MACHINES)


def decision(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """What the filter returns for one call."""
    called_in = ARCHITECTURES[machine] if architecture is None else architecture
    data = struct.pack("<iIQ6Q", number, called_in, 0, *(arguments + (0,) * 6)[:6])
    code = program(machine, OWN)
    at, accumulator = 0, 0
    while True:
        operation, then, otherwise, value = struct.unpack_from("<HBBI", code, 8 * at)
        at += 1
        match operation:
            case 0x20:
                (accumulator,) = struct.unpack_from("<I", data, value)
            case 0x54:
                accumulator &= value
            case 0x15:
                at += then if accumulator == value else otherwise
            case 0x35:
                at += then if accumulator >= value else otherwise
            case 0x06:
                return int(value)
            case _:
                raise AssertionError(operation)


@BOTH
def test_what_is_listed_is_allowed_and_nothing_else(machine: str) -> None:
    always = set(numbers(ALWAYS, machine).values())
    sometimes = set(numbers(SOMETIMES, machine).values())
    assert not always & sometimes
    for number in range(500):
        if number in always:
            assert decision(machine, number) == ALLOW
        elif number not in sometimes:
            assert decision(machine, number) == (ENOSYS if number >= 424 else EPERM), number


DANGEROUS = {  # number on x86_64, on aarch64
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "sendto": (44, 206),
    "clone": (56, 220), "clone3": (435, 435), "execve": (59, 221), "execveat": (322, 281),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "mount": (165, 40), "unshare": (272, 97), "setns": (308, 268), "bpf": (321, 280),
    "keyctl": (250, 219), "add_key": (248, 217), "perf_event_open": (298, 241),
    "userfaultfd": (323, 282), "io_uring_setup": (425, 425), "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424), "rt_sigqueueinfo": (129, 138), "setpriority": (141, 140),
    "memfd_create": (319, 279), "shmget": (29, 194), "setrlimit": (160, 164),
    "fchmodat": (268, 53), "fchownat": (260, 54), "utimensat": (280, 88), "truncate": (76, 45),
    "symlinkat": (266, 36), "linkat": (265, 37), "chroot": (161, 51), "setuid": (105, 146),
}  # fmt: skip


@BOTH
@pytest.mark.parametrize("call", DANGEROUS)
def test_the_dangerous_ones_are_refused(call: str, machine: str) -> None:
    number = DANGEROUS[call][MACHINES.index(machine)]
    assert decision(machine, number, OWN) in (EPERM, ENOSYS)


@BOTH
def test_signals_go_to_itself_only(machine: str) -> None:
    for name in ("kill", "tkill", "tgkill"):
        number = numbers(SOMETIMES, machine)[name]
        assert decision(machine, number, OWN) == ALLOW
        for target in (0, 1, OWN - 1, 2**64 - 1, 2**64 - OWN):
            assert decision(machine, number, target) == EPERM


@BOTH
def test_a_file_is_not_emptied_by_one_who_may_only_read_it(machine: str) -> None:
    number = numbers(SOMETIMES, machine)["openat"]
    assert decision(machine, number, 0, 0, 0o0) == ALLOW
    assert decision(machine, number, 0, 0, 0o1101) == ALLOW  # write, create, truncate
    assert decision(machine, number, 0, 0, 0o1000) == EPERM
    assert decision(machine, number, 0, 0, 0o1100) == EPERM


@BOTH
def test_of_fcntl_ioctl_prctl_and_limits_only_the_harmless(machine: str) -> None:
    by_name = numbers(SOMETIMES, machine)
    for name, argument, allowed, refused in (
        ("fcntl", 1, (1, 2, 3, 4, 1030), (8, 10, 5, 6, 1024, 1031, 1033)),  # F_SETOWN, F_SETSIG
        ("ioctl", 1, (0x5401,), (0x5412, 0x541C)),  # TIOCSTI, TIOCLINUX
        ("prctl", 0, (15, 3), (1, 4, 22, 24, 36, 38)),
        ("prlimit64", 0, (0, OWN), (1, OWN - 1)),
        ("sched_setaffinity", 0, (0, OWN), (1,)),
    ):
        for value in allowed:
            given = [0] * argument + [value]
            assert decision(machine, by_name[name], *given) == ALLOW, (name, value)
        for value in refused:
            given = [0] * argument + [value]
            assert decision(machine, by_name[name], *given) == EPERM, (name, value)


@BOTH
def test_another_architecture_ends_the_process(machine: str) -> None:
    for other in (0x40000003, 0x40000028, 0, *ARCHITECTURES.values()):  # i386, arm
        if other != ARCHITECTURES[machine]:
            assert decision(machine, 0, architecture=other) == KILL
    if machine == "x86_64":
        assert decision(machine, 0x40000000 + 1) == KILL  # x32


def test_an_unknown_machine_has_no_filter() -> None:
    with pytest.raises(Unavailable, match="riscv64"):
        program("riscv64", OWN)


HEADER = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
GENERIC = Path("/usr/include/asm-generic/unistd.h")


@pytest.mark.skipif(not HEADER.exists(), reason="the kernel's headers are not installed")
def test_the_numbers_are_the_kernels() -> None:
    for machine, header in (("x86_64", HEADER), ("aarch64", GENERIC)):
        text = header.read_text()
        known = dict(re.findall(r"#define __NR(?:3264)?_(\w+) (\d+)", text))
        known.setdefault("newfstatat", known.get("fstatat"))
        for name, number in (numbers(ALWAYS, machine) | numbers(SOMETIMES, machine)).items():
            assert int(known[name]) == number, (machine, name)
