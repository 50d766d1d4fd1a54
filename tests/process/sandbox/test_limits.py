"""Resource limits are set one by one: one that the platform lacks does not lose the others."""

import os
import resource
import sys
from collections.abc import Callable

import pytest

from grader.process.sandbox import limits
from grader.process.sandbox.kernel import Unavailable
from grader.process.sandbox.limits import limit_resources
from grader.process.sandbox.plan import DESCRIPTORS, FILE, Plan

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox takes Linux")

PLAN = Plan(cpu=1000, parent=0, keep=3)


def set_in_a_child(change: Callable[[], None]) -> tuple[str, dict[str, int]]:
    """What limit_resources raised, and the hard limits after it."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        said = "nothing"
        try:
            change()
            limit_resources(PLAN)
        except Unavailable as error:
            said = str(error)
        finally:
            names = ("RLIMIT_CORE", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CPU")
            hard = [resource.getrlimit(at)[1] for at in (4, 1, 7, 0)]
            os.write(writer, f"{said}\n{dict(zip(names, hard, strict=True))}".encode())
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        said, found = pipe.read().split("\n")
    os.waitpid(pid, 0)
    return said, eval(found)


EXPECTED = {
    "RLIMIT_CORE": 0,
    "RLIMIT_FSIZE": FILE,
    "RLIMIT_NOFILE": DESCRIPTORS,
    "RLIMIT_CPU": 1001,
}


def test_all_are_set() -> None:
    assert set_in_a_child(lambda: None) == ("nothing", EXPECTED)


def lacks_processes() -> None:
    del resource.RLIMIT_NPROC


def cannot_tell_memory() -> None:
    """As on macOS, which has no /proc."""

    def untold() -> int:
        raise Unavailable("how much memory is mapped cannot be read.")

    limits.address_space = untold


def refuses_memory() -> None:
    real = resource.setrlimit

    def refuse(limit: int, values: tuple[int, int]) -> None:
        if limit == resource.RLIMIT_AS:
            raise ValueError("current limit exceeds maximum limit")
        real(limit, values)

    resource.setrlimit = refuse


@pytest.mark.parametrize(
    ("lacking", "named"),
    [
        (lacks_processes, "RLIMIT_NPROC: module 'resource' has no attribute 'RLIMIT_NPROC'"),
        (cannot_tell_memory, "RLIMIT_AS: how much memory is mapped cannot be read."),
        (refuses_memory, "RLIMIT_AS: current limit exceeds maximum limit"),
    ],
)
def test_one_that_is_missing_does_not_lose_the_others(
    lacking: Callable[[], None], named: str
) -> None:
    assert set_in_a_child(lacking) == (named, EXPECTED)
