"""A layer that calls other layers: it is judged by what it hands them and what it adds."""

from collections.abc import Callable

import pytest

from grader.report import Report
from grader.workspace import kit
from tests.worked import rewritten, worked

Grade = Callable[..., Report]
HANDED = "        dx = dout + through\n"
BACK = "reversed(self.layers):\n            through = layer.backward(through)"
WRONG = {  # what is changed, what has an error of its own, and the mistake of the first
    "x is not added to": (("dx = dout + through", "dx = through"), {"x"}, "contribution-missing"),
    "only x": (("dx = dout + through", "dx = dout"), {"x"}, "contribution-missing"),
    "x twice": (("dx = dout + through", "dx = 2 * dout + through"), {"x"}, None),
    "twice is handed": (
        ("through = dout\n", "through = 2 * dout\n"), {"branch"}, "wrong-factor"),
    "forward's order": ((BACK, BACK.replace("reversed(self.layers)", "self.layers")),
                        {"branch", "x"}, None),
    "each is handed the same": ((BACK, BACK.replace("backward(through)", "backward(dout)")),
                                {"x"}, None),
    # Of two layers, two wrong signs make a right one of what leaves the block, and not inside.
    "each is handed the wrong sign": (
        ("            through = layer.backward(through)",
         "            through = -layer.backward(through)"), {"x"}, None),
    "called in another order": (
        ("in self.layers:\n            value", "in reversed(self.layers):\n            value"),
        {"residual_out"}, None),
    "by columns": (
        ("mean = x.mean(1, keepdim=True)\n        var = x.var(1, keepdim=True, unbiased=False)",
         "mean = x.mean(0)\n        var = x.var(0, unbiased=False)"),
        {"layernorm_out", "gain", "entering"}, "wrong-axis"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_mistake_is_the_blocks_own(what: str, grade_text: Grade) -> None:
    rewrite, expected, mistake = WRONG[what]
    report = grade_text(rewritten("exercise10", rewrite), "exercise10")
    own = {g.name for g in report.gradients if not g.passes and g.verdict != "inherited"}
    assert own == expected
    first = report.first_own_error
    assert first is not None
    if mistake is not None:
        assert (first.diagnosis and first.diagnosis.mistake) == mistake


def test_layers_are_graded_before_the_block_that_calls_them(grade_text: Grade) -> None:
    stub, source = kit.pristine_stub("exercise10"), worked("exercise10")
    text = source[: source.index("class Residual")] + stub[stub.index("class Residual") :]
    found = {g.name: g.verdict for g in grade_text(text, "exercise10").gradients}
    assert {name for name, verdict in found.items() if verdict == "missing"} == {
        "residual_out", "branch", "x",
    }  # fmt: skip
    assert set(found.values()) == {"missing", "exact", "approximate"}


@pytest.mark.parametrize(
    "rewrite",
    [
        (HANDED, "        through += dout\n        return through\n"),
        ("dhpre = (self.h > 0) * (dout @ self.W2.T)", "dhpre = dout @ self.W2.T\n"
         "        dhpre[self.h == 0] = 0"),
        ("        self.dbias = dout.sum(0)\n        dxhat = self.gain * dout",
         "        self.dbias = dout.sum(0)\n        dout *= self.gain\n        dxhat = dout"),
    ],
)  # fmt: skip
def test_in_place_is_right(rewrite: tuple[str, str], grade_text: Grade) -> None:
    report = grade_text(rewritten("exercise10", rewrite), "exercise10")
    assert report.passed, {g.name: g.verdict for g in report.gradients}
