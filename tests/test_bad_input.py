"""Bad submissions: each is graded, not passed, and says in one clear line what is the matter."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from grader.report import GradientReport, Report
from tests.worked import line_of, rewritten, worked

Grade = Callable[..., Report]

HEAD = "import os, sys, time, torch\nimport torch.nn.functional as F\n"
RIGHT = "    dlogits = (F.softmax(logits, 1) - F.one_hot(Yb, logits.shape[1])) / n\n"


def answer(body: str, parameters: str = "n, Yb, logits", top: str = "") -> str:
    """An answer to exercise2 whose right gradient `body` goes on with or spoils."""
    return f"{HEAD}{top}def backward({parameters}):\n{RIGHT}    {body}\n"


def the_one(report: Report) -> GradientReport:
    (gradient,) = report.gradients
    return gradient


@dataclass(frozen=True)
class Bad:
    name: str
    source: str
    said: str  # in the report's error
    verdict: str = "errored"


NOT_CALLABLE = (
    Bad("an empty file", "\n", "the file is empty."),
    Bad("a near name", "def backwards(n): pass\n", "`backward`; did you mean backwards?"),
    Bad("a number", "backward = 3\n", "`backward` is not a function but builtins.int."),
    Bad("a module", "import json as backward\n", "is not a function but builtins.module."),
    Bad("a class", "class backward:\n    def __call__(self, n): pass\n", "`backward` is a class"),
    Bad("a built-in", "backward = dict.fromkeys\n", "asks for `iterable`, and the forward pass"),
    Bad("no signature", "backward = max\n", "its parameters cannot be read."),
    Bad("async", "async def backward(n): pass\n", "`backward` is an `async def`; write a plain"),
    Bad("a generator", "def backward(n):\n    yield n\n", "has a `yield` in it; end it with"),
    Bad("a name that is not there", "def backward(logit): pass\n",
        "asks for `logit`, and the forward pass has no such value; did you mean logits?"),
    Bad("the loss", "def backward(loss): pass\n", "asks for `loss`, and the forward pass has no"),
    Bad("a positional one", "def backward(q, /): pass\n", "asks for `q`, and the forward pass has"),
)  # fmt: skip

RETURNS = (
    Bad("nothing", answer("pass"), "`backward` returned None; end it with `return locals()`."),
    Bad(
        "a list",
        answer("return [dlogits]"),
        "returned a value of type list; end it with",
    ),
    Bad(
        "a tensor",
        answer("return dlogits"),
        "returned a value of type torch.Tensor; end it with",
    ),
    Bad(
        "a tuple",
        answer("return dlogits,"),
        "returned a value of type tuple",
    ),
)

ODD_ERROR = """class Odd(Exception):
    def __str__(self): raise ValueError
    __repr__ = __str__
"""
STRANGE_KEYS = """class Key(str):
    def __eq__(self, other): raise ValueError
    def __hash__(self): return hash('dlogits')
"""

RAISES = (
    Bad("an import that fails", "import nunpy\n" + answer("return locals()"),
        ", line 1: ModuleNotFoundError: No module named 'nunpy'"),
    Bad("an error at the top", answer("return locals()", top="1 / 0\n"), "line 3: ZeroDivision"),
    Bad("sys.exit at the top", answer("return locals()", top="sys.exit()\n"),
        ", line 3: the code called sys.exit()"),
    Bad("os._exit", answer("os._exit(0)"), "ended its own process (exit code 0) instead of return"),
    Bad("os._exit at the top", answer("return locals()", top="os._exit(5)\n"), "(exit code 5)"),
    Bad("its own kill", answer("os.kill(os.getpid(), 9)"), "or was killed (SIGKILL)"),
    Bad("abort", answer("os.abort()"), "the process that ran the code was killed by SIGABRT."),
    Bad("all descriptors closed", answer("os.closerange(0, 256); time.sleep(60)"),
        "closed its connection to the grader, or was killed"),
    Bad("no end to recursion", "def backward(n):\n    return backward(n)\n", "RecursionError"),
)  # fmt: skip


@pytest.mark.parametrize("bad", (*NOT_CALLABLE, *RETURNS, *RAISES), ids=lambda bad: bad.name)
def test_it_says_what_is_the_matter(bad: Bad, grade_text: Grade) -> None:
    report = grade_text(bad.source, "exercise2")
    assert report.error is not None
    assert bad.said in report.error
    assert report.error.isprintable()
    assert the_one(report).verdict in (bad.verdict, "missing")
    assert not report.passed
    json.dumps(report.as_json(), allow_nan=False)


GRADED_UP_TO = (
    Bad("an exception", answer("dx = logits @ Yb"), "RuntimeError: "),
    Bad("sys.exit", answer("sys.exit('bye')"), ", line 5: the code called sys.exit() instead of"),
    Bad("an error without a text", answer("raise ValueError"), ", line 5: ValueError"),
    Bad("an error that raises", answer("raise Odd", top=ODD_ERROR), ": Odd: (its own text could"),
    Bad("keys that raise", answer("return {Key('dlogits'): 1, 'dlogits': 1}", top=STRANGE_KEYS),
        "ValueError"),
    Bad("KeyboardInterrupt", answer("raise KeyboardInterrupt"), ", line 5: KeyboardInterrupt"),
    Bad("a loop", answer("while True: pass"), ", line 5: still running when its time was up"),
    Bad("a long sleep", answer("time.sleep(60)"), ", line 5: still running when its time was up"),
    Bad("an assertion", answer("assert n == 3, '\\x1b[31mred'"), "AssertionError: \\x1b[31mred"),
)  # fmt: skip


@pytest.mark.parametrize("bad", GRADED_UP_TO, ids=lambda bad: bad.name)
def test_what_stands_before_the_error_is_graded(bad: Bad, grade_text: Grade) -> None:
    report = grade_text(bad.source, "exercise2", timeout=0.3)
    assert report.error is not None
    assert bad.said in report.error
    assert report.error.isprintable()
    assert the_one(report).passes
    assert not report.passed  # for it did not run to its end


def test_the_shapes_that_met_are_told(grade_text: Grade) -> None:
    source = rewritten("exercise1", ("dW2 = h.T @ dlogits", "dW2 = h @ dlogits"))
    report = grade_text(source)
    line = line_of(source, "dW2 = h @ dlogits")
    assert report.error is not None
    assert f", line {line}: RuntimeError: mat1 and mat2 shapes cannot be multiplied" in report.error
    assert report.error.endswith("(h (32, 64), dlogits (32, 27))")
    by_name = {gradient.name: gradient for gradient in report.gradients}
    assert by_name["h"].passes
    assert by_name["W2"].verdict == "errored"
    assert by_name["C"].verdict == "inherited"  # right alone, below the line that raised
    assert f"line {line}, in backward" in report.trace
    assert "grader" not in report.trace


SWALLOWING = """while True:
        try:
            time.sleep(0.01)
        except:
            pass"""
ENDLESS = {
    "swallowing the alarm": SWALLOWING,
    "inside C": "import itertools; sum(itertools.count())",
    "the alarm switched off": "import signal; signal.alarm(0); signal.signal(14, signal.SIG_IGN)\n"
    "    while True: pass",
}


@pytest.mark.parametrize("what", ENDLESS)
def test_what_no_alarm_ends_is_ended(what: str, grade_text: Grade) -> None:
    report = grade_text(answer(ENDLESS[what]), "exercise2", timeout=0.2)
    assert the_one(report).verdict == "timeout"
    assert report.error is not None
    assert "out of time (no answer within 0.2 s). Is there an endless loop?" in report.error
    assert not report.passed


def test_a_loop_is_waited_for_once(grade_text: Grade) -> None:
    begun = time.monotonic()
    assert not grade_text(answer("while True: pass"), "exercise2", timeout=1.5).passed
    assert time.monotonic() - begun < 5 * 1.5  # of seven calls


VALUES = {
    "a float": ("0.5", "wrong_shape", "Expected a plain tensor of shape (32, 27), got `float`."),
    "an integer tensor": ("F.one_hot(Yb, 27) + 5", "wrong", "is int64 and should be float32"),
    "float64": ("dlogits.double()", "wrong", "The dtype is float64 and should be float32"),
    "complex": ("dlogits + 0j", "wrong", "got a tensor of dtype torch.complex64."),
    "eight bits": ("dlogits.to(torch.float8_e5m2)", "wrong", "of dtype torch.float8_e5m2."),
    "NaN": ("dlogits / 0 * 0", "wrong", "864 entries are not finite; the first one is nan, at ["),
    "infinity": ("dlogits.index_fill(1, 0 * Yb[:1] + 3, torch.inf)", "wrong", "is inf, at [0, 3]"),
    "a shape that broadcasts": ("dlogits[:1]", "wrong_shape", "is (1, 27) and should be (32, 27)"),
    "a scalar tensor": ("torch.tensor(0.)", "wrong_shape", "is () and should be (32, 27)"),
    "a transposed one": ("dlogits.T", "wrong_shape", "This is the transpose of the gradient"),
    "numpy": ("dlogits.numpy()", "wrong", "Expected a plain tensor of shape"),
    "a list": ("dlogits.tolist()", "wrong", "got `list`."),
    "sparse": ("dlogits.to_sparse()", "wrong", "got a sparse tensor (torch.sparse_coo)."),
    "sparse rows": ("dlogits.to_sparse_csr()", "wrong", "a sparse tensor (torch.sparse_csr)."),
    "meta": ("dlogits.to('meta')", "wrong", "on device 'meta', which holds no values."),
    "a Parameter": ("torch.nn.Parameter(dlogits)", "wrong", "got `torch.nn.parameter.Parameter`."),
    "a subclass": ("dlogits.as_subclass(Own)", "wrong", "got `submission.Own`."),
    "huge": ("torch.zeros(3000, 3000)", "wrong", "got a tensor of 9,000,000 entries."),
    "a hostile name": ("Hostile()", "wrong", "\\x1b[2J"),
}  # fmt: skip
CLASSES = """class Own(torch.Tensor): pass
Hostile = type('\\x1b[2J', (), {})
"""


@pytest.mark.parametrize("what", VALUES)
def test_a_value_that_is_no_gradient_is_named(what: str, grade_text: Grade) -> None:
    value, verdict, said = VALUES[what]
    report = grade_text(answer(f"return dict(dlogits={value})", top=CLASSES), "exercise2")
    found = the_one(report)
    assert found.verdict == verdict
    assert found.diagnosis is not None
    assert said in found.diagnosis.message
    assert not report.passed
    json.dumps(report.as_json(), allow_nan=False)


def test_a_view_of_a_forward_value_is_just_wrong(grade_text: Grade) -> None:
    report = grade_text(answer("return dict(dlogits=logits.view(n, -1))"), "exercise2")
    assert the_one(report).verdict == "wrong"
    assert report.error is None


def test_writing_to_a_forward_value_is_flagged(grade_text: Grade) -> None:
    body = "logits.data = logits.data.double(); logits.mul_(2)\n    return locals()"
    report = grade_text(answer(body), "exercise2")
    assert any("`logits` was changed in place" in flag.message for flag in report.flags)


def test_an_unknown_key_near_a_wanted_one_is_flagged(grade_text: Grade) -> None:
    report = grade_text(answer("return {'dlogit': dlogits, 3: 4, 'z': 1}"), "exercise2")
    assert the_one(report).verdict == "missing"
    assert [f.message for f in report.flags] == ["`dlogits` was not returned; did you mean dlogit?"]


def test_a_dataclass_of_the_learners_own_works(grade_text: Grade) -> None:
    """Its decorator looks the module up by name."""
    top = "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: 'int' = 0\n"
    report = grade_text(answer("return locals()", top=top), "exercise2")
    assert report.passed, report.error


def test_a_notebook_is_graded(grade_text: Grade) -> None:
    source = worked("exercise2")
    cells = [{"cell_type": "code", "source": text} for text in ("%time 1\n!ls", source)]
    report = grade_text(json.dumps({"cells": cells}), "exercise2", file="answer.ipynb")
    assert report.passed, report.error
