"""An endless loop costs one time-out, in every kind of exercise and wherever it stands."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from grader.process.attempt import Attempt
from grader.report import Report
from grader.workspace import kit

TIMEOUT, MORE = 1.0, 2.0  # seconds: for one call, and for all that is asked after it
LOOP = "while True: pass"
END = "    return locals()\n"

# What stands there in the worked answer, with the loop before or after it.
LOOPS = {
    "exercise1, module": ("exercise1", "import torch\n", f"import torch\n{LOOP}\n"),
    "exercise1, backward": ("exercise1", END, f"    {LOOP}\n{END}"),
    "exercise4, backward": ("exercise4", END, f"    {LOOP}\n{END}"),
    "warmup1, module": ("warmup1", "def backward", f"{LOOP}\ndef backward"),
    "warmup1, backward": ("warmup1", END, f"    {LOOP}\n{END}"),
    "warmup2, module": ("warmup2", "class Value:\n", f"{LOOP}\nclass Value:\n"),
    "warmup2, method": ("warmup2", "    def __mul__(self, other):\n",
                        f"    def __mul__(self, other):\n        {LOOP}\n"),
    "warmup5, module": ("warmup5", "class Linear:\n", f"{LOOP}\nclass Linear:\n"),
    "warmup5, method": ("warmup5", "        self.out = torch.tanh(x)\n",
                        f"        {LOOP}\n        self.out = torch.tanh(x)\n"),
}  # fmt: skip


@pytest.mark.parametrize("where", LOOPS)
def test_one_time_out_is_enough(
    where: str, grade_text: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    spent = []
    ask = Attempt.ask

    def timed(attempt: Attempt, *request: Any) -> Any:
        begun = time.monotonic()
        answer = ask(attempt, *request)
        spent.append(time.monotonic() - begun)
        return answer

    monkeypatch.setattr(Attempt, "ask", timed)
    exercise, old, new = LOOPS[where]
    source = kit.solution_source(exercise)
    assert old in source
    report = grade_text(source.replace(old, new, 1), exercise, timeout=TIMEOUT)
    assert "still running when its time was up" in str(report.error)
    assert max(spent) >= TIMEOUT
    assert sum(spent) < TIMEOUT + MORE + 0.5
    if where == "exercise1, backward":  # and what stands before the loop is judged as ever
        assert all(gradient.passes for gradient in report.gradients)
    if "module" in where:
        assert {gradient.verdict for gradient in report.gradients} == {"timeout"}
