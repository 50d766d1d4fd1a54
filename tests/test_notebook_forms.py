"""How gradients are written in notebooks: each form graded as the file with the same lines is.

Whole notebooks are in test_notebooks.py; here one thing at a time is written otherwise than in the
worked answer.
"""

import textwrap

import pytest

from tests.notebook_files import HEAD, answer_cell, answer_lines, graded_cells, own_errors

ALL = answer_cell()
KEYS = [line.split()[0] for line in answer_lines() if line.startswith("d") and " = " in line]
NAMES = ", ".join(dict.fromkeys(key for key in KEYS if key.isidentifier()))
DOUBLED = ALL.replace("dh = dlogits @ W2.T", "dh = dlogits @ W2.T * 2")
FUSED = "dlogits = F.softmax(logits, 1)\ndlogits[range(n), Yb] -= 1\ndlogits /= n"
CHECK = "def check(s, dt, t):\n    print(s, (dt - t.grad).abs().max())"
FILLS = (
    "def scatter(out, g, ix):\n    for k in range(ix.shape[0]):\n"
    "        for j in range(ix.shape[1]):\n            out[ix[k, j]] += g[k, j]"
)


def inside(head: str, text: str) -> str:
    return f"{head}\n{textwrap.indent(text, '    ')}"


RIGHT = {
    "all names of torch": ("from torch import *\nimport torch\n" + HEAD, ALL),
    "an import in the cell": ("import torch", f"import torch.nn.functional as F\n{ALL}"),
    "no_grad": (HEAD, inside("with torch.no_grad():", ALL)),
    "if True": (HEAD, inside("if True:", ALL)),
    "if and else": (HEAD, "done = False\n" + inside("if not done:", ALL) + "\nelse:\n    print(1)"),
    "a loop of one turn": (HEAD, inside("for _ in range(1):", ALL)),
    "an indented cell": (HEAD, textwrap.indent(ALL, "  ")),
    "a function of global names": (HEAD, inside(f"def step():\n    global {NAMES}", ALL), "step()"),
    "a function with a global name": (
        HEAD, inside("def fused(logits):\n    global dlogits", FUSED + "\nreturn logits"),
        "fused(logits)", answer_cell(dlogits=""),
    ),
    "a function that fills": (HEAD, FILLS, ALL.partition("for k")[0] + "scatter(dC, demb, Xb)"),
    "a check in a loop": (HEAD, CHECK, ALL + "\n    check('C', dC, C)"),
    "a check in a function": (
        HEAD, CHECK, "def back(g):\n    check('logits', g,\n          logits)\n    return g @ W2.T",
        answer_cell(dh="dh = back(dlogits)"),
    ),
    "a check behind a semicolon": (HEAD, ALL.replace(" W2.T", " W2.T; cmp('h', dh, h)", 1)),
    "keepdims and axis": (HEAD, ALL.replace("keepdim", "keepdims").replace("sum(0", "sum(axis=0")),
    "a lambda": (HEAD, "mm = lambda a, b: a @ b", answer_cell(dh="dh = mm(dlogits, W2.T)")),
    "a timed line": (HEAD, answer_cell(dh="%time dh = dlogits @ W2.T")),
    "loss.grad": (HEAD, ALL.replace("-1.0 / n", "-1.0 / n * loss.grad", 1)),
    "the grad of parameters in a step": (
        HEAD, ALL, "for p in parameters:\n    p.data += -0.1 * p.grad",
    ),
    "another name accumulates": (
        HEAD, ALL.partition("dC =")[0],
        "total = torch.zeros_like(C)\ndC = total\n"
        "for at, row in zip(Xb.flatten(), demb.flatten(0, 1)):\n    total[at] += row",
    ),
    "through a view of it": (
        HEAD, ALL.partition("dC =")[0],
        "dC = torch.zeros_like(C)\nflat = dC.view(-1, C.shape[1])",
        "flat.index_add_(0, Xb.view(-1), demb.view(-1, C.shape[1]))",
    ),
    "through numpy": (
        HEAD, ALL.partition("dC =")[0],
        "import numpy as np\ndC = torch.zeros_like(C)\n"
        "np.add.at(dC.numpy(), Xb.numpy(), demb.numpy())",
    ),
    "what is autograd's alone": (
        HEAD, f"for t in [h, logits]:\n    t.retain_grad()\nloss.backward()\n{ALL}",
        "dh.requires_grad = False\nh.grad = None\ndel dh",
    ),
    "not yet, and done": (HEAD, "dh = None  # TODO", ALL, "dC = None  # TODO\ndW1 = ..."),
    "a constant made in steps": (
        HEAD, "scale = [1.0]\nscale.append(2.0)\nscale[1] /= 2",
        answer_cell(dh="dh = dlogits @ W2.T * scale[1]"),
    ),
}  # fmt: skip


def test_a_function_with_all_of_an_answer_in_it_is_read_like_a_cell() -> None:
    step = inside("def step(C, Xb):", DOUBLED + "\nreturn dict(dC=dC)")
    report = graded_cells("exercise1", HEAD, step, "found = step(C, Xb)")
    assert own_errors(report) == [("dh", "[2] line 13", "wrong", "wrong-factor")]
    assert report.flags == ()


def test_a_function_that_a_loop_over_steps_calls_is_exercise_4() -> None:
    step = inside("def step(Xb, Yb):", answer_cell("exercise4") + "\nreturn [dC, dW1]")
    loop = "loss = F.cross_entropy(logits, Yb)\nfor p, g in zip(parameters, step(Xb, Yb)):"
    cells = step, inside("for i in range(1000):", f"{loop}\n    p.data -= 0.1 * g")
    for others in ((), (ALL,)):
        report = graded_cells("exercise4", HEAD, *others, *cells)
        assert report.passed, report.error
    assert graded_cells("exercise1", HEAD, ALL, *cells).passed


def test_training_in_a_function_is_exercise_4() -> None:
    loss = "loss = F.cross_entropy(logits, Yb)\n"
    train = inside(
        "def train(steps):", inside("for i in range(steps):", loss + answer_cell("exercise4"))
    )
    assert graded_cells("exercise4", HEAD, train, "train(10)").passed


def test_what_a_function_works_out_beside_the_cells_is_said_not_to_be_graded() -> None:
    report = graded_cells("exercise1", HEAD, ALL, inside("def step():", DOUBLED + "\nreturn dC"))
    assert report.passed
    assert [flag.message for flag in report.flags] == [
        "What `step` works out, [3] line 1, is not graded: cells outside it write the same."
    ]


@pytest.mark.parametrize("form", RIGHT)
def test_what_is_right_passes_in_every_form(form: str) -> None:
    report = graded_cells("exercise1", *RIGHT[form])
    assert own_errors(report) == []
    assert report.passed, report.error


def test_a_module_that_is_not_there_costs_the_lines_that_use_it() -> None:
    demb = "demb = rearrange(dembcat, 'n (b e) -> n b e', b=block_size)"
    cells = "from not_here import rearrange", answer_cell(demb=demb)
    report = graded_cells("exercise1", HEAD, *cells)
    assert own_errors(report) == [("demb", "[3] line 30", "errored", None)]
    assert report.stopped is not None
    assert report.stopped.where == "[2] line 1"


def test_a_gradient_of_autograds_is_missing_and_no_other_is_forbidden() -> None:
    taken = "dh, = torch.autograd.grad(logits, h, dlogits)"
    report = graded_cells("exercise1", HEAD, answer_cell(dh=taken))
    assert own_errors(report) == [("dh", "", "missing", None)]
    assert [flag.message for flag in report.flags] == [
        "[2] line 12 (`dh, = torch.autograd.grad(logits, h, ...`) is not graded: it is PyTorch's "
        "gradient, not one derived by hand."
    ]


def test_a_name_that_is_nearly_the_gradients_is_told_once() -> None:
    cell = answer_cell().replace("dbnmeani", "dbnmean")
    report = graded_cells("exercise1", HEAD, cell)
    assert own_errors(report) == [("dbnmeani", "", "missing", None)]
    assert [flag.message for flag in report.flags] == [
        "[2] line 24 writes `dbnmean`, and nothing writes `dbnmeani`; "
        "to grade it as that: --gradient dbnmeani=dbnmean"
    ]
    assert graded_cells("exercise1", HEAD, cell, dbnmeani="dbnmean").passed


# The cell, where dh is, and what is said of it.
WRONG = {
    "in a loop": (inside("for _ in range(1):", DOUBLED), "[2] line 13"),
    "in a branch": (inside("if True:", DOUBLED), "[2] line 13"),
    "in a function of global names": (
        inside(f"def step():\n    global {NAMES}", DOUBLED) + "\nstep()", "[2] line 14",
    ),
    "in an indented cell": (textwrap.indent(DOUBLED, "\t"), "[2] line 12"),
}  # fmt: skip


@pytest.mark.parametrize("form", WRONG)
def test_what_is_wrong_is_named_at_its_line_in_every_form(form: str) -> None:
    cell, where = WRONG[form]
    report = graded_cells("exercise1", HEAD, cell)
    assert own_errors(report) == [("dh", where, "wrong", "wrong-factor")]


def test_what_changes_a_forward_value_stays_where_it_is() -> None:
    changed = "dcounts = counts.copy_(counts_sum_inv * dprobs)\n"
    cell = answer_cell(dcounts=f"{changed}dcounts += torch.ones_like(counts) * dcounts_sum")
    report = graded_cells("exercise1", HEAD, cell)
    assert own_errors(report) == [("dnorm_logits", "[2] line 6", "wrong", "forward-value-changed")]


def test_what_a_cell_has_for_the_shell_is_said_and_left_out() -> None:
    report = graded_cells("exercise1", HEAD, f"files = !ls\n!pip install x\n{ALL}", "%%bash\nls")
    assert report.passed
    assert [flag.message for flag in report.flags] == [
        "[2] lines 1, 2 are for the shell or for Jupyter (`files = !ls`), and are left out.",
        "[3] is not Python (`%%bash`), and is left out.",
    ]


def test_a_file_that_is_opened_is_not_taken_and_what_needs_it_is_named() -> None:
    cells = (HEAD, "with open('names.txt') as file:\n    words = file.read()", "w = len(words)")
    report = graded_cells("exercise1", *cells, answer_cell(dh="dh = dlogits @ W2.T * w"))
    assert own_errors(report) == [("dh", "[4] line 12", "errored", None)]
    assert [flag.flag for flag in report.flags] == ["not-taken"]
    assert "[3] line 1" in (report.error or "")


# A gradient that PyTorch worked out, read on the right.

PEEKS = "dcounts_sum_inv = (counts * probs.grad).sum(1, keepdim=True)"
BELOW_PROBS = "dcounts = counts_sum_inv * probs.grad\ndcounts {}= dcounts_sum"


def test_a_peek_at_what_is_not_written_is_judged_alone_and_the_rest_is_as_it_was() -> None:
    cell = answer_cell(dprobs="", dcounts_sum_inv=PEEKS, dcounts=BELOW_PROBS.format("+"))
    report = graded_cells("exercise1", HEAD, cell)
    assert own_errors(report) == [("dprobs", "", "missing", None)]
    assert (report.error, report.score) == (None, 25)
    assert [flag.message for flag in report.flags] == [
        "[2] line 3 reads `probs.grad` and [2] line 5 reads `probs.grad`, PyTorch's answer, and "
        "nothing writes `dprobs`. It is judged alone, with a stand-in for that; write `dprobs`, "
        "and read that."
    ]


def test_of_many_peeks_the_first_are_listed() -> None:
    peeked = [f"{name}.grad" for name in ("counts", "logits", "h", "hpreact", "bnraw", "emb")]
    cell = answer_cell(
        dC=f"dC = torch.zeros_like(C)\nseen = [{', '.join(peeked)}]\ndC += 0 * len(seen)"
    )
    (flag,) = graded_cells("exercise1", HEAD, cell).flags
    assert flag.message.count("reads `") == 4
    assert "line 32 reads `hpreact.grad` and 2 more, PyTorch's answer. It is graded" in flag.message


def test_a_wrong_line_that_peeks_is_named() -> None:
    cell = answer_cell(dprobs="", dcounts_sum_inv=PEEKS, dcounts=BELOW_PROBS.format("-"))
    assert own_errors(graded_cells("exercise1", HEAD, cell)) == [
        ("dprobs", "", "missing", None),
        ("dcounts", "[2] line 6", "wrong", "sign-flipped"),
    ]


def test_a_peek_at_what_a_later_cell_writes_reads_that() -> None:
    report = graded_cells("exercise1", HEAD, PEEKS, answer_cell(dcounts_sum_inv=""))
    assert report.passed
    assert [flag.flag for flag in report.flags] == ["moved", "reads-grad"]
    assert report.flags[1].message.endswith("It is graded with your `dprobs` in its place.")


def test_a_gradient_that_is_taken_from_pytorch_is_missing_and_what_reads_it_is_judged() -> None:
    cell = answer_cell(dprobs="dprobs = probs.grad.clone()", dC="dC = C.grad + 0")
    report = graded_cells("exercise1", HEAD, cell)
    missing = [("dprobs", "", "missing", None), ("dC", "", "missing", None)]
    assert own_errors(report) == missing
    assert report.error is None
    taken = "[2] line 3 (`dprobs = probs.grad.clone()`) and [2] line 31 (`dC = C.grad + 0`)"
    said = f"{taken} are not graded: they are PyTorch's gradient, not one derived by hand."
    assert [flag.message for flag in report.flags] == [said]


def test_the_gradient_that_an_exercise_hands_over_takes_the_place_of_a_peek() -> None:
    cell = (
        "dhprebn = bngain*bnvar_inv/n * (n*hpreact.grad - hpreact.grad.sum(0)"
        " - n/(n-1)*bnraw*(hpreact.grad*bnraw).sum(0))"
    )
    report = graded_cells("exercise3", HEAD, cell)
    assert report.passed
    assert len(report.flags) == 1
    named = graded_cells("exercise3", HEAD, cell.replace("dhprebn", "mine"), dhprebn="mine")
    assert named.passed


def test_a_peek_at_nothing_that_is_known_is_said_to_be_none() -> None:
    report = graded_cells("exercise1", HEAD, answer_cell(dh="dh = dlogits @ W2.T + 0 * xs.grad"))
    assert [flag.message.partition(",")[0] for flag in report.flags] == [
        "[2] line 12 reads `xs.grad`"
    ]
    assert own_errors(report) == [("dh", "[2] line 12", "errored", None)]
