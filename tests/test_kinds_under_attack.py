"""Numbers, Values and layers under attack: what is wrong or not derived does not pass, and what
is right in an odd form does.

The attacks in submissions/ are tried on a function; these are on the other kinds of exercises.
"""

from collections.abc import Callable

import pytest

from grader.report import Report
from grader.workspace import kit
from tests.worked import of_order, rewritten, worked

Grade = Callable[..., Report]
ORDER = of_order()
TANH = "self.grad += (1 - out.data**2) * out.grad"


def refused(report: Report) -> set[str]:
    return {g.name for g in report.gradients if not g.passes and g.verdict != "inherited"}


# Wrong, and never derived

MEASURED = "\n\ndef measured(f, x, h={h}):\n    return (f(x + h) - f(x - h)) / (2 * h)\n"


@pytest.mark.parametrize("h", ["1e-4", "1e-5", "1e-6"])
def test_a_measured_slope_is_no_derivative(h: str, grade_text: Grade) -> None:
    """The slopes are to be measured; what follows is to be derived."""
    source = rewritten(
        "warmup1",
        ("from math import cos\n", f"from math import cos, tanh\n{MEASURED.format(h=h)}"),
        ("(3 * squashed**2)", "measured(lambda v: v**3, squashed)"),
        ("droot = dsquashed * (1 - squashed**2)",
         "droot = dsquashed * measured(lambda v: tanh(v - b), root)"),
    )  # fmt: skip
    report = grade_text(source, "warmup1")
    assert refused(report) == {"squashed", "root"}
    first = report.first_own_error
    assert first is not None
    assert first.diagnosis is not None
    assert first.diagnosis.mistake == "measured"


def test_a_measured_operation_is_no_derivative(grade_text: Grade) -> None:
    by = "(math.tanh(self.data + 1e-5) - math.tanh(self.data - 1e-5)) / 2e-5"
    report = grade_text(rewritten("warmup2", (TANH, f"self.grad += {by} * out.grad")), "warmup2")
    first = report.first_own_error
    assert first is not None
    assert first.diagnosis is not None
    assert (first.name, first.diagnosis.mistake) == ("a", "measured")


# Right, in an odd form: others are in tests/corpus


@pytest.mark.parametrize("exercise", ["warmup1", "warmup2", "warmup3", "warmup5"])
def test_the_stub_and_below_it_the_whole_passes(exercise: str, grade_text: Grade) -> None:
    report = grade_text(f"{kit.pristine_stub(exercise)}\n\n{worked(exercise)}", exercise)
    assert report.passed, (report.error, refused(report))


# Hostile

# What is tried, and what the report says of it.
HOSTILE = {
    "__import__('os')._exit(0)": "ended its own process",
    "raise SystemExit(0)": "called sys.exit()",
    "while True: pass": "still running when its time was up",
    "'x' * (1 << 40)": "MemoryError",
    "open('/etc/passwd').read()": "Permission denied",
    "__import__('socket').socket()": "Operation not permitted",
    "__import__('_thread').start_new_thread(print, ())": "can't start new thread",
    "__import__('subprocess').run(['true'])": "Permission",
}
ENDING = tuple(HOSTILE)[:3]
# Where it stands, and what is not to be had then.
SPOILED = {
    "warmup1": ("    dcubed = ", {"cubed", "squashed", "x"}),
    "warmup2": (ORDER, {"graphs", "trained"}),
    "warmup5": ("        self.out = torch.tanh(x)\n", {"tanh_out", "hpreact"}),
}


@pytest.mark.parametrize("exercise", SPOILED)
@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_hostile_does_not_pass_and_is_told(
    exercise: str, text: str, grade_text: Grade
) -> None:
    """What only raises is stepped over: the lines below it are judged alone."""
    place, names = SPOILED[exercise]
    indent = place[: len(place) - len(place.lstrip())]
    source = rewritten(exercise, (place, f"{indent}{text}\n{place}"))
    report = grade_text(source, exercise, timeout=0.5)
    assert not report.passed
    found = {g.name: g.verdict for g in report.gradients}
    raises = text not in ENDING and exercise != "warmup5"  # a layer's rows are its own
    expected = {"errored", "inherited"} if raises else {"errored", "timeout", "wrong"}
    assert {found[name] for name in names} <= expected
    assert HOSTILE[text] in str(report.error)


@pytest.mark.parametrize("exercise", SPOILED)
def test_the_next_one_is_graded_as_ever(exercise: str, grade_text: Grade) -> None:
    assert grade_text(worked(exercise), exercise).passed
