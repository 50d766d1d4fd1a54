"""The table of layers, in the order in which a child takes them on.

What is the same for all children of a process is made once, before the first is forked.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from grader.process.sandbox import landlock, limits, namespaces, privileges, seccomp, surroundings
from grader.process.sandbox.kernel import Unavailable
from grader.process.sandbox.plan import Plan

NOTHING_HELD = "starts from nothing"  # of a child alone, as process/held.py has it


@dataclass(frozen=True)
class Layer:
    name: str
    required: bool  # for a submission that is not trusted
    keeps: str  # what a learner's code is kept from, or given
    apply: Callable[[Plan], None]
    check: Callable[[Plan], str | None] | None  # why it does not hold, once all are on
    prepare: Callable[[], None] | None = None  # what all children of this process have in common


@dataclass(frozen=True)
class Outcome:
    """Whether a layer holds."""

    name: str
    problem: str | None = None

    @property
    def holds(self) -> bool:
        return self.problem is None


LAYERS = (
    Layer("one thread", True, "no thread that the other layers miss",
          surroundings.one_thread, None),
    Layer("process group", True, "no terminal, and ended whole",
          surroundings.own_session, surroundings.check_own_session),
    Layer("empty environment", True, "no environment variable to read",
          surroundings.empty_environment, surroundings.check_environment),
    Layer("closed descriptors", True, "no descriptor but its three pipes",
          surroundings.close_descriptors, surroundings.check_descriptors),
    Layer("namespaces", False, "users, mounts, network and IPC of its own",
          namespaces.enter_namespaces, None, namespaces.share_namespaces),
    Layer("private folder", False, "16 MiB to write in, gone with it; else nowhere to write",
          namespaces.make_private_folder, namespaces.check_private_folder, namespaces.make_place),
    Layer("no capabilities", True, "no privilege over the machine, started as root or not",
          privileges.drop_capabilities, privileges.check_capabilities),
    Layer("ends with the grader", True, "killed when the process it was made by ends",
          privileges.die_with_parent, privileges.check_dies_with_parent),
    Layer("closed memory", True, "the grader's memory cannot be read, nor it be traced",
          privileges.close_memory, privileges.check_memory_closed),
    Layer("no new privileges", True, "no privilege gained by starting a program",
          privileges.forbid_new_privileges, privileges.check_no_new_privileges),
    Layer("resource limits", True, "memory, processor time, file size, open files",
          limits.limit_resources, limits.check_limits, limits.prepare),
    Layer("landlock", True, "no file but Python's libraries to read; no TCP",
          landlock.restrict, landlock.check, landlock.prepare),
    Layer("seccomp", True, "no socket, process, thread, program or signal to others",
          seccomp.filter_calls, seccomp.check, seccomp.prepare),
)  # fmt: skip


def prepare() -> None:
    """What fails is left for each child to try, and to report."""
    for layer in LAYERS:
        if layer.prepare is not None:
            with suppress(Unavailable, OSError):
                layer.prepare()


def apply(plan: Plan) -> tuple[Outcome, ...]:
    """Take on every layer that this machine has. Never to be called in the grader's process."""
    return tuple(Outcome(layer.name, _problem(layer.apply, plan)) for layer in LAYERS)


def check(plan: Plan) -> tuple[Outcome, ...]:
    """Of a process that has taken them on: which hold, by trying what they forbid."""
    return tuple(
        Outcome(layer.name, None if layer.check is None else _problem(layer.check, plan))
        for layer in LAYERS
    )


def _problem(step: Callable[[Plan], str | None], plan: Plan) -> str | None:
    try:
        return step(plan)
    except (Unavailable, OSError) as error:
        return str(error)
    except (AttributeError, ImportError) as error:  # what this platform's Python lacks
        return f"this platform has none ({error})"


def missing(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """Of the required layers, those that do not hold."""
    required = {NOTHING_HELD, *(layer.name for layer in LAYERS if layer.required)}
    return tuple(outcome for outcome in outcomes if outcome.name in required and not outcome.holds)
