"""`%%grade` and `grader.check` in a real kernel."""

import os
import re
import time
from functools import cache
from pathlib import Path

import pytest

from tests.worked import worked

from .kernel import Shown, run

README = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8")
IN_JUPYTER = README[README.index("### In Jupyter") :].split("\n## ")[0]
IN_CLASSES = ("warmup2", "warmup5", "exercise10")
CELLS = {
    "load": "import torch, torch.nn.functional as F\nimport grader\n%load_ext grader",
    # What a notebook does to its own torch decides nothing.
    "spoil": "torch.set_default_dtype(torch.float64)\ntorch.allclose = lambda *of, **how: True",
    "function": "def over(one, other):\n    return one / other",
    "before the forward pass": "%%grade exercise1\ndprobs = over(dlogprobs, probs)",
    "forward": "(n, Xb, Yb, C, W1, b1, W2, b2, bngain, bnbias) = grader.inputs('exercise1')\n"
               "probs = torch.full((n, 27), 0.5)\nlogprobs = probs.log()\ncounts = probs * 2",
    "of the README": "\n".join(re.findall(r"^    (\S.*)$", IN_JUPYTER, re.MULTILINE)),
    "checked after it": "grader.check('exercise2').passed",
    "first": "%%grade exercise1\n\ndlogprobs = torch.zeros_like(logprobs)\n"
             "dlogprobs[range(n), Yb] = -1.0 / n\ndprobs = over(dlogprobs, probs)",
    "it was run": "print(dprobs.shape)",
    "wrong": "%%grade exercise1\n# keepdim is missing\ndcounts_sum_inv = (counts * dprobs).sum(1)",
    "so far": "report = grader.check('exercise1')\n"
              "print(report.passed, report.as_json()['schema'])\n"
              "report",
    "strict": "%%grade exercise1 --strict --seed 7\n"
              "dlogits = (F.softmax(logits, 1) - F.one_hot(Yb, logits.shape[1])) / n\n"
              "db2 = dlogits.sum(0, keepdim=True)",
    "renamed": "%%grade exercise2 --gradient dlogits=mine\n"
               "mine = (F.softmax(logits, 1) - F.one_hot(Yb, logits.shape[1])) / n",
    "native": "%%grade exercise2 --native\ndlogits = logits",
    "prints": "%%grade exercise2\nprint('<b>' + str(n))\ndlogits = print('<b>' + str(n))",
    "nothing": "%%grade exercise3\nx = 1",
    "in pieces": "%%grade exercise1\ndprobs = (",
    "no exercise": "%%grade exercise33\nx = 1",
    "no such option": "%%grade exercise1 --lenient\nx = 1",
    "help": "import io, contextlib\nprint(get_ipython().find_cell_magic('grade').__doc__)",
    "checked": "grader.check('exercise33')",
    "seeds": "grader.check('exercise1', seed=-1)",
    **{f"classes of {name}": f"%%grade {name}\n{worked(name)}" for name in IN_CLASSES},
    "processes": "from grader.jupyter import grading_process as g\n"
                 "print(*[p._process.pid for p in g._running.values()])",
    "killed": "g._running[False]._process.kill(); g._running[False]._process.wait()\n"
              "grader.check('exercise1').passed",
}  # fmt: skip


@cache
def shown() -> dict[str, Shown]:
    return dict(zip(CELLS, run(list(CELLS.values())), strict=True))


def cell(name: str) -> int:
    """The number that it was run as."""
    return list(CELLS).index(name) + 1


def row(said: str, label: str) -> list[str]:
    (found,) = [line.split() for line in said.split("\n") if line.startswith(f"  {label} ")]
    return found


def test_a_cell_is_graded_with_what_it_reads_of_others() -> None:
    said = shown()["first"].text
    assert said.startswith("exercise1: Backprop through every chunk\nnotebook\n")
    for line in (
        f"  dlogprobs        True   True         0        exact    [{cell('first')}] line 4\n",
        f"  dprobs           True   True         0        exact    [{cell('first')}] line 5\n",
        "First missing: dcounts_sum_inv is not written yet.\n",
        "exercise1: not passed yet, 2 of 26\n",
        "then run: %%grade exercise1\n",
    ):
        assert line in said, said


def test_the_cell_of_the_readme_is_graded_and_passes() -> None:
    assert CELLS["of the README"].startswith("%%grade exercise2\n")
    assert "exercise2: passed, 1 of 1" in shown()["of the README"].text
    assert shown()["of the README"].printed.startswith("Graded, but not run here")
    assert '`grader.check("exercise2")`' in IN_JUPYTER
    assert shown()["checked after it"].text == "True"


def test_then_it_is_run_as_usual() -> None:
    assert shown()["it was run"].printed == "torch.Size([32, 27])\n"
    assert not shown()["it was run"].error


def test_without_the_forward_pass_it_is_only_graded() -> None:
    found = shown()["before the forward pass"]
    at = cell("before the forward pass")
    assert row(found.text, "dprobs")[-4:] == ["inherited", f"[{at}]", "line", "2"]
    assert "First missing: dlogprobs is not written yet." in found.text
    assert found.printed == "Graded, but not run here: the notebook has no `probs`.\n"
    assert not found.error


def test_a_mistake_is_named_at_its_line_and_the_gradients_it_reads_are_there() -> None:
    said = shown()["wrong"].text
    assert f"First error: dcounts_sum_inv, [{cell('wrong')}] line 3, has the wrong shape." in said
    assert "Yours: dcounts_sum_inv = (counts * dprobs).sum(1)" in said
    assert row(said, "dprobs")[-4:] == ["exact", f"[{cell('first')}]", "line", "5"]
    html = shown()["wrong"].html
    assert "<summary>What this mistake is: keepdim-lost</summary>" in html
    assert "<summary>Hints</summary>" in html


def test_check_grades_all_that_was_written_so_far() -> None:
    found = shown()["so far"]
    assert found.printed == "False handgrad/report/v1\n"
    assert "First error: dcounts_sum_inv" in found.text
    assert "exercise1: not passed yet, 2 of 26\n" in found.text
    assert 'then run: grader.check("exercise1")' in found.text
    assert "<style>" in found.html


def test_options_are_those_of_the_command() -> None:
    assert "First error: db2" in shown()["strict"].text  # (1, 27) for (27,)
    assert "exercise2: passed, 1 of 1" in shown()["renamed"].text
    assert "exercise2: not passed yet, 0 of 1" in shown()["native"].text


@pytest.mark.parametrize("name", IN_CLASSES)
def test_classes_are_graded_in_a_cell_too(name: str) -> None:
    found = shown()[f"classes of {name}"]
    assert f"\n{name}: passed, " in found.text, found.text
    assert not found.error


def test_what_the_code_printed_is_shown_and_no_markup() -> None:
    html = shown()["prints"].html
    assert "<summary>What the code printed</summary>" in html
    assert "<pre>&lt;b&gt;32" in html
    assert "<b>32" not in html


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("no exercise", "Error: exercise33: no such exercise; did you mean exercise3?"),
        ("no such option", "Error: %%grade: unrecognized arguments: --lenient. `%%grade?` shows"),
        ("checked", "Error: exercise33: no such exercise; did you mean exercise3?"),
        ("seeds", "Error: seed -1: from 0 to"),
    ],
)
def test_a_mistake_in_the_call_is_a_sentence(name: str, error: str) -> None:
    assert error in shown()[name].error
    assert "Traceback" not in shown()[name].error


def test_what_holds_no_gradient_is_said() -> None:
    assert "no statement writes a gradient of exercise3" in " ".join(
        shown()["nothing"].text.split()
    )
    line = f"[{cell('in pieces')}]: a syntax error on line 2 ('(' was never closed)."
    assert line in shown()["in pieces"].text
    assert shown()["in pieces"].printed == "Not run.\n"


def test_its_help_lists_the_options() -> None:
    for part in ("run the cell as usual", "--strict", "--native", "--seed SEED", "dX=NAME"):
        assert part in shown()["help"].printed


def test_a_process_that_was_killed_is_replaced() -> None:
    assert shown()["killed"].text == "False"
    assert not shown()["killed"].error


def test_no_process_is_left_when_the_kernel_ends() -> None:
    pids = [int(pid) for pid in shown()["processes"].printed.split()]
    assert len(pids) == 2  # with the default kernels, and with the machine's own
    deadline = time.monotonic() + 10
    while any(runs(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(runs(pid) for pid in pids)


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
