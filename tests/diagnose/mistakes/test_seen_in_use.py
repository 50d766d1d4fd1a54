"""Mistakes that learners made with the kit in their hands, each on its own line and by name."""

from collections.abc import Callable

import pytest

from grader.report import Report
from tests.worked import Rewrite, rewritten

Grade = Callable[..., Report]

POOLED = "    dpooled = (pooled > 0) * dh\n"
SUMMED = "    dP = demb.sum(0)\n"
PIECES = "        demb[:, j : j + windows.shape[1]] += dwindows[:, :, :, j]\n"
BY_WINDOW = "    for j in range(width):\n" + PIECES
HALVES = "F.one_hot(halves.max(2).indices, 2).transpose(2, 3) * dpooled.unsqueeze(2)"
LOOKED_UP = "    dW = xenc.T @ dlogits\n    dW += strength * 2 * W / W.numel()\n"
EXP = "            self.grad += out.data * out.grad\n\n        out._backward = _backward\n"
ORDERED = "        for value in reversed(ordered):\n            value._backward()\n"

# exercise, what is changed, the gradient, its mistake, a part of what is said
SEEN: dict[str, tuple[str, tuple[Rewrite, ...], str, str, str]] = {
    "windows are set, not added to": (
        "exercise9", ((PIECES, PIECES.replace("+=", "=")),),
        "emb", "last-write-wins", "reads entries of emb several times",
    ),
    "windows one by one": (
        "exercise9",
        ((BY_WINDOW, "    for t in range(windows.shape[1]):\n"
                     "        demb[:, t : t + width] = dwindows[:, t].transpose(1, 2)\n"),),
        "emb", "last-write-wins", "reads entries of emb several times",
    ),
    "windows by an index": (
        "exercise9",
        ((BY_WINDOW, "    at = torch.arange(windows.shape[1])[:, None] + torch.arange(width)\n"
                     "    demb[:, at] += dwindows.transpose(2, 3)\n"),),
        "emb", "last-write-wins", "reads entries of emb several times",
    ),
    "both of two get it": (
        "exercise9", ((HALVES, "dpooled.unsqueeze(2).expand(halves.shape)"),),
        "halves", "local-derivative-left-out", "`pooled = halves.max(2).values` is missing",
    ),
    "each gets half": (
        "exercise9", ((HALVES, "0.5 * dpooled.unsqueeze(2).expand(halves.shape)"),),
        "halves", "local-derivative-left-out", "`pooled = halves.max(2).values` is missing",
    ),
    "rows looked up by one-hot": (
        "warmup3",
        ((LOOKED_UP, "    dW = strength * 2 * W / W.numel()\n    dW[xs] += dlogits\n"),),
        "W", "last-write-wins", "`xenc` holds the same index several times",
    ),
    "the derivative of the loss": (
        "warmup1", (("dtotal = 1 / total", "dtotal = 1.0"),),
        "total", "local-derivative-left-out", "`loss = log(total)` is missing",
    ),
    "the sign of what two chunks share": (
        "warmup1",
        (("db = dd * a - dsquashed * (1 - squashed**2)", "db = droot + a * dd"),),
        "b", "sign-flipped", "`squashed = tanh(root - b)`",
    ),
    "multiplied, with numbers": (
        "warmup1", (("droot / (2 * root)", "droot * 0.5 * root"),),
        "growth", "wrong-operation", "multiplied instead of divided",
    ),
    "multiplied, with tensors": (
        "warmup3", (("dpicked = -1 / n / picked", "dpicked = -1 / n * picked"),),
        "picked", "wrong-operation", "multiplied instead of divided",
    ),
    "divided by a tensor": (
        "exercise1", (("(1.0 - h**2) * dh", "(1.0 - h**2) / dh"),),
        "hpreact", "wrong-operation", "divided instead of multiplied",
    ),
    "not viewed": (
        "exercise9", (("dflat.view(h.shape)", "dflat"),),
        "h", "wrong-shape", "should be (32, 3, 14)",
    ),
    "a value, not a gradient, in another shape": (
        "warmup5", ((".float().mean()", ".float().mean(0)"),),
        "saturated", "wrong-shape", "should be ().",
    ),
    "attached under another name": (
        "warmup2", ((EXP, EXP.replace("out._backward =", "out.backwards =")),),
        "c", "not-attached", "`c.exp()` has no `_backward`",
    ),
    "attached inside itself": (
        "warmup2", ((EXP, EXP.replace("\n        out._b", "            out._b")),),
        "c", "not-attached", "`c.exp()` has no `_backward`",
    ),
    "a function without a return": (
        "warmup5", (("return -log(1", "-log(1"),),
        "expected_initial_loss", "not-returned", "`expected_initial_loss()` has code in it",
    ),
    "a method without a return": (
        "warmup5", (("        dx = (1 - self.out**2) * dout\n        return dx",
                     "        dx = (1 - self.out**2) * dout"),),
        "hpreact", "not-returned", "`Tanh.backward` has code in it, but returns nothing.",
    ),
    "an attribute misspelt": (
        "warmup5", (("self.dgain = (self", "self.dgian = (self"),),
        "bngain", "not-returned", "has code in it, but never sets `self.dgain`",
    ),
    "no self": (
        "warmup5", (("self.dgain = (self", "dgain = (self"),),
        "bngain", "not-returned", "never sets `self.dgain`",
    ),
    "one step down": (
        "warmup2",
        ((ORDERED, "        self._backward()\n        for part in self._prev:\n"
                   "            part._backward()\n"),),
        "graphs", "not-reached", "never runs",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SEEN)
def test_it_is_named(what: str, grade_text: Grade) -> None:
    exercise, rewrites, name, mistake, said = SEEN[what]
    found = grade_text(rewritten(exercise, *rewrites), exercise).first_own_error
    assert found is not None
    assert found.diagnosis is not None
    assert (found.name, found.diagnosis.mistake) == (name, mistake)
    assert said in found.diagnosis.message


# What is changed, the gradients with a copy missing, the line that made two one, what inherits.
ALIASES: dict[str, tuple[tuple[Rewrite, ...], set[str], str, set[str]]] = {
    "a view of a view": (
        ((POOLED, "    dpooled = dh\n    dpooled[pooled <= 0] = 0\n"),),
        {"flat", "h"}, "dpooled = dh", set(),
    ),
    "the name is set once more": (
        ((SUMMED, "    dP = demb\n    for i in range(1, n):\n        dP[0] += demb[i]\n"
                  "    dP = dP[0]\n"),),
        {"emb"}, "dP = demb", {"C"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", ALIASES)
def test_what_was_changed_through_an_alias_has_the_line_that_made_it(
    what: str, grade_text: Grade
) -> None:
    rewrites, changed, alias, inherits = ALIASES[what]
    source = rewritten("exercise9", *rewrites)
    line = 1 + source.split("\n").index(f"    {alias}")
    report = grade_text(source, "exercise9")
    own = [g for g in report.gradients if not g.passes and g.verdict != "inherited"]
    assert {g.name for g in own} == changed
    assert {g.name for g in report.gradients if g.verdict == "inherited"} == inherits
    for gradient in own:
        assert gradient.diagnosis is not None
        assert (gradient.line, gradient.diagnosis.mistake) == (line, "missing-clone")
        assert gradient.diagnosis.evidence["alias_line"] == line
