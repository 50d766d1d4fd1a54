"""Numbers, Values and layers under attack: what is wrong or not derived does not pass, and what
is right in an odd form does.

The attacks in submissions/ are tried on a function; these are on the other kinds of exercises.
"""

from collections.abc import Callable

import pytest

from grader.report import Report
from grader.workspace import kit
from tests.value_forms import ORDER
from tests.worked import Rewrite, rewritten, worked

Grade = Callable[..., Report]
RELU = '        out = Value(max(0.0, self.data), (self,), "relu")'
TANH = "self.grad += (1 - out.data**2) * out.grad"
KEPT = "        self.out = torch.tanh(x)\n        return self.out\n"
XHAT = "        self.xhat = (x - mean) * self.inv\n        out = self.gain * self.xhat"


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


WRONG: dict[str, tuple[str, tuple[Rewrite, ...], set[str]]] = {
    "numbers at half of the points": ("warmup1", (("dc = dd", "dc = dd if x > 1.5 else -dd"),),
                                      {"c"}),
    "what says that it is a number": (
        "warmup1",
        (("from math import cos\n", "from math import cos\n\n\nclass Odd:\n    __class__ = float\n"
          "    __float__ = lambda self: 1.0\n"), ("dc = dd", "dc = Odd()")), {"c"}),
    "tanh where it is steep": (
        "warmup2", ((TANH, TANH.replace("(1 -", "(abs(self.data) < 2) * (1 -")),), {"trained"}),
    "no deeper than 12": (
        "warmup2", (("def put_down(value):", "def put_down(value, depth=0):"),
                    ("if value not in seen:", "if value not in seen and depth < 12:"),
                    ("put_down(part)", "put_down(part, depth + 1)")), {"graphs"}),
    "Values that are equal when their data are": (
        "warmup2", (("    def __repr__", "    def __eq__(self, other):\n"
                     "        return self.data == getattr(other, 'data', other)\n\n"
                     "    __hash__ = lambda self: hash(self.data)\n\n    def __repr__"),),
        {"graphs"}),
    "statistics in the class": (
        "warmup5", (("        self.running_mean = torch.zeros(dim)",
                     "        if not hasattr(BatchNorm1d, 'running_mean'):\n"
                     "            BatchNorm1d.running_mean = torch.zeros(dim)"),
                    ("        self.running_mean = (1 - self.momentum) * self.running_mean + "
                     "self.momentum * mean",
                     "        self.running_mean.lerp_(mean, self.momentum)")), {"running_mean"}),
    "a layer's own kept in the class": (
        "warmup5", ((XHAT, XHAT.replace("self.xhat =", "BatchNorm1d.xhat =")),),
        {"bngain", "hprebn"}),
    "a layer's own kept in the file": (
        "warmup5", ((KEPT, "        global out\n        out = torch.tanh(x)\n        return out\n"),
                    ("(1 - self.out**2)", "(1 - out**2)")), {"hpreact"}),
    "what the layer before keeps, written to": (
        "warmup5", (("        self.x = x\n        out = x @ self.weight\n",
                     "        self.x = x.clone()\n        out = x @ self.weight\n"
                     "        x.zero_()\n"),), {"hpreact"}),
    "a complex number of units": (
        "warmup5", (("return (h.abs() > 0.97).all(0).sum()",
                     "return (h.abs() > 0.97).all(0).sum() + torch.tensor(5j)"),), {"dead_units"}),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_it_does_not_pass(what: str, grade_text: Grade) -> None:
    exercise, rewrites, names = WRONG[what]
    assert refused(grade_text(rewritten(exercise, *rewrites), exercise)) == names


# Right, in an odd form

RIGHT: dict[str, tuple[str, str]] = {
    f"{exercise}, the stub and below it the whole": (
        exercise, f"{kit.pristine_stub(exercise)}\n\n{worked(exercise)}")
    for exercise in ("warmup1", "warmup2", "warmup3", "warmup5")
} | {
    "backward put into the class later": (
        "warmup2", rewritten("warmup2", (ORDER, "        pass\n"))
        + "\n\ndef backward(self):\n" + ORDER.replace("\n    ", "\n")[4:]
        + "\n\nValue.backward = backward\n"),
    "a method put into the class later": (
        "warmup5", rewritten("warmup5", ("        dx = (1 - self.out**2) * dout\n"
                                         "        return dx\n", "        ...\n"))
        + "\n\nTanh.backward = lambda self, dout: (1 - self.out**2) * dout\n"),
    "a relu that gives back what it was given": (
        "warmup2", rewritten("warmup2", (RELU,
                                         "        if self.data > 0:\n            return self\n"
                                         '        out = Value(0.0, (self,), "relu")'))),
    "a tape": (
        "warmup2", rewritten("warmup2", ("import math\n", "import math\n\ntape = []\n"),
                             ("        self.data = data\n",
                              "        self.data = data\n        tape.append(self)\n"),
                             (ORDER, "        self.grad = 1.0\n        while tape:\n"
                                     "            tape.pop()._backward()\n"))),
    "small integers": (
        "warmup3", rewritten("warmup3", ("    return locals()",
                                         "    N = N.to(torch.uint8)\n    return locals()"))),
    "tanh in place": ("warmup5", rewritten("warmup5", ("torch.tanh(x)", "x.tanh_()"))),
    "modules of torch's": (
        "warmup5", rewritten("warmup5", ("class Tanh:\n    def __call__(self, x):",
                                         "class Tanh(torch.nn.Module):\n"
                                         "    def forward(self, x):"))),
}  # fmt: skip


@pytest.mark.parametrize("form", RIGHT)
def test_it_passes(form: str, grade_text: Grade) -> None:
    exercise, source = RIGHT[form]
    report = grade_text(source, exercise)
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
# Where it stands, and what is not to be had then.
SPOILED = {
    "warmup1": ("    dcubed = ", {"cubed", "squashed", "x"}),
    "warmup2": (ORDER, {"graphs", "trained"}),
    "warmup5": ("        self.out = torch.tanh(x)\n", {"tanh_out", "hpreact"}),
}


@pytest.mark.parametrize("exercise", SPOILED)
@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_hostile_scores_nothing_and_is_told(
    exercise: str, text: str, grade_text: Grade
) -> None:
    place, names = SPOILED[exercise]
    indent = place[: len(place) - len(place.lstrip())]
    source = rewritten(exercise, (place, f"{indent}{text}\n{place}"))
    report = grade_text(source, exercise, timeout=0.5)
    assert names <= refused(report)
    assert HOSTILE[text] in str(report.error)


@pytest.mark.parametrize("exercise", SPOILED)
def test_the_next_one_is_graded_as_ever(exercise: str, grade_text: Grade) -> None:
    assert grade_text(worked(exercise), exercise).passed
