"""What a report looks like in 80 columns, without colour and through a pipe.

The views in tests/golden are compared as they stand; UPDATE_GOLDEN=1 writes them anew, to be
read before they are committed.
"""

import io
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.report import Diagnosis, Flag, GradientReport, Report, Training
from tests.worked import rewritten, worked

GOLDEN = Path(__file__).parent.parent / "golden"
Grade = Callable[..., Report]


def lines(
    report: Report,
    width: int = 80,
    worked_answer: bool = False,
    encoding: str = "utf-8",
    again: str = "",
) -> list[str]:
    """The view as a pipe gets it."""
    from grader.render.terminal import report_view

    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    console = Console(file=stream, width=width, highlight=False)
    console.print(
        report_view(report, load_exercise(report.exercise), worked_answer, again), crop=False
    )
    stream.seek(0)
    return stream.read().split("\n")


def stub() -> str:
    from grader.workspace.kit import pristine_stub

    return pristine_stub("exercise1")


CASES: dict[str, Callable[[], str]] = {
    "worked": lambda: worked("exercise1"),
    "stub": stub,
    "started": lambda: stub()
    .replace("dlogprobs = None", "dlogprobs = torch.zeros_like(logprobs)\n"
             "    dlogprobs[range(n), Yb] = -1.0 / n")
    .replace("dprobs = None", "dprobs = dlogprobs / probs"),
    # Nothing below it is zero but for rounding, which differs from machine to machine.
    "one_wrong": lambda: rewritten("exercise1", ("dhprebn @ W1.T", "2 * dhprebn @ W1.T")),
    "wrong_shape": lambda: rewritten(
        "exercise1", ("dhpreact.sum(0, keepdim=True)", "dhpreact.sum(1, keepdim=True)")
    ),
    "broadcasts": lambda: rewritten(
        "exercise1", ("(-dbndiff).sum(0, keepdim=True)", "(-dbndiff).sum(0)")
    ),
    "raised": lambda: rewritten("exercise1", ("dW2 = h.T @ dlogits", "dW2 = h @ dlogits")),
    "all_errored": lambda: worked("exercise1").replace("def backward(n, ", "def backward(m, "),
    "syntax_error": lambda: rewritten("exercise1", ("dW2 = h.T @ dlogits", "dW2 = (h.T @ dlogits")),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_view_is_the_golden_one(case: str, grade_text: Grade) -> None:
    report = grade_text(CASES[case]())
    # The folder is pytest's, and nothing of it belongs in a file that is compared.
    path = report.submission
    error = report.error.replace(path, "exercises/exercise1.py") if report.error else None
    report = replace(report, submission="exercises/exercise1.py", error=error)
    shown = "\n".join(lines(report, worked_answer=case == "worked"))
    golden = GOLDEN / f"{case}.txt"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        golden.write_text(shown, encoding="utf-8")
    assert shown == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("golden", sorted(GOLDEN.glob("*.txt")), ids=lambda path: path.stem)
def test_golden_lines_fit_and_end_in_no_space(golden: Path) -> None:
    assert golden.stem in CASES
    for line in golden.read_text(encoding="utf-8").split("\n"):
        assert len(line) <= 80
        assert line == line.rstrip()


def gradient(name: str, verdict: str, **more: object) -> GradientReport:
    right = verdict == "exact"
    known = GradientReport(
        name, verdict, right, right, 0.0 if right else 2.5, (32, 27), (32, 27), 7, None
    )
    return replace(known, **more)  # type: ignore[arg-type]


def report_of(*gradients: GradientReport, **more: object) -> Report:
    known = Report("exercise2", "exercises/exercise2.py", False, {"seed": 1}, gradients)
    return replace(known, **more)  # type: ignore[arg-type]


def test_the_row_to_look_at_is_marked() -> None:
    shown = lines(report_of(gradient("a", "exact"), gradient("logits", "wrong", line=9)))
    assert [line.split()[1] for line in shown if line.startswith("> ")] == ["dlogits"]


def test_rows_that_say_the_same_are_counted_only_where_they_hold_no_numbers() -> None:
    nothing = {"shape": None, "maxdiff": None, "line": None}
    rows = [gradient(f"x{at}", "errored", **nothing) for at in range(5)]
    shown = "\n".join(lines(report_of(gradient("logits", "wrong"), *rows, error="E")))
    assert "dx0" in shown
    assert "dx1" not in shown
    assert "and 4 more" in shown
    wrong = [gradient(f"x{at}", "wrong") for at in range(5)]
    assert "more" not in "\n".join(lines(report_of(gradient("logits", "wrong"), *wrong)))


def test_control_characters_and_markup_are_shown_as_text() -> None:
    evil = "\x1b[31mred\x07 [bold]b[/bold] \u202egnp.exe"
    found = Diagnosis("not-a-tensor", evil)
    report = report_of(
        gradient("logits", "wrong", diagnosis=found),
        submission=f"{evil}.py", error=f"{evil}.py, line 3: {evil}", flags=(Flag("f", evil),),
    )  # fmt: skip
    shown = "\n".join(lines(report))
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "\u202e" not in shown
    assert shown.count("[bold]b[/bold]") >= 4
    assert "\\x1b[31mred" in shown


@pytest.mark.parametrize("width", [72, 80, 200])
def test_long_texts_wrap_at_the_width_and_end_in_no_space(width: int) -> None:
    message = "a long sentence of several words " * 12 + "漢字" * 60 + "x" * 300
    found = Diagnosis("not-a-tensor", message)
    report = report_of(
        gradient("logits", "wrong", diagnosis=found), error=message, flags=(Flag("f", message),)
    )
    shown = lines(report, width)
    table = [at for at, line in enumerate(shown) if line.startswith(("  gradient", "  ─", "> "))]
    for at, line in enumerate(shown):
        assert line == line.rstrip()
        assert cell_len(line) <= width or at in table  # a table's lines are not broken


def test_an_encoding_without_the_rule_gets_dashes() -> None:
    shown = lines(report_of(gradient("logits", "exact")), encoding="ascii")
    assert any(set(line.strip()) == {"-"} and len(line) > 40 for line in shown)


def test_the_path_is_as_a_user_would_type_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    path = str(tmp_path / "my answer.py")
    report = report_of(
        gradient("logits", "errored", shape=None), submission=path, error=f"{path}, line 3: E"
    )
    shown = lines(report)
    assert shown[1] == "'my answer.py'"
    assert "'my answer.py', line 3: E" in shown
    assert str(tmp_path) not in "\n".join(shown)


AGAIN = "grade exercise2 --submission 'my answer.py' --seed 5"


@pytest.mark.parametrize("width", [20, 50, 80])
@pytest.mark.parametrize("verdict", ["wrong", "missing", "errored"])
def test_the_next_call_is_the_one_given_and_is_not_broken(verdict: str, width: int) -> None:
    shown = lines(report_of(gradient("logits", verdict)), width, again=AGAIN)
    assert any(line.endswith(AGAIN) for line in shown)
    assert any(line.strip().startswith("grade hint exercise2 dlogits") for line in shown)


def test_without_one_it_is_the_plain_call() -> None:
    shown = lines(report_of(gradient("logits", "wrong")))
    assert "Next: fix that line, then run: grade exercise2" in shown


def test_after_a_passed_exercise_comes_the_file_of_the_next() -> None:
    shown = lines(report_of(gradient("logits", "exact")))
    at = next(at for at, line in enumerate(shown) if line.startswith("Next: "))
    assert shown[at : at + 4] == [
        "Next: exercise3, BatchNorm in one step: open exercises/exercise3.py",
        "      grade derivation exercise2  the formula, step by step",
        "      grade lesson exercise3      what it is about",
        "      grade exercise3             grade it",
    ]


@pytest.mark.parametrize("name", EXERCISES)
def test_a_passed_exercise_says_in_two_sentences_what_was_learned_and_what_it_is_for(
    name: str,
) -> None:
    learned, purpose = load_exercise(name).learned
    assert learned.startswith("You have ") and learned != purpose
    for sentence in (learned, purpose):
        assert sentence[0].isupper() and sentence.endswith(".") and len(sentence) <= 200
        assert ". " not in sentence
    first = load_exercise(name).gradients[0]
    passed = replace(report_of(gradient(first, "exact")), exercise=name)
    assert f"{learned} {purpose}" in " ".join(" ".join(lines(passed)).split())
    wrong = replace(report_of(gradient(first, "wrong", line=4)), exercise=name)
    assert learned not in " ".join(" ".join(lines(wrong)).split())


def test_a_network_that_passed_may_be_trained_and_the_path_may_end() -> None:
    training = Training(2, (3.0, 2.5), (3.0, 2.5), True, None)
    passed = report_of(gradient("logits", "exact"), training=training)
    shown = "\n".join(lines(replace(passed, exercise="exercise4")))
    assert "grade exercise4 --train  train a network with your gradients" in shown
    assert "Next: " not in "\n".join(lines(replace(passed, exercise=EXERCISES[-1], training=None)))


TRAININGS = {
    "the same curve": (None, (3.0, 2.5), "Training: 2 steps with your gradients, loss 3.0000 to"),
    "another curve": (1, (3.0, 2.75), "Training: the loss curve leaves autograd's at step 1"),
    "a shorter one": (1, (3.0,), "Training: stopped after 1 of 2 steps"),
}


@pytest.mark.parametrize("what", TRAININGS)
def test_a_training_is_told(what: str) -> None:
    apart, losses, said = TRAININGS[what]
    training = Training(2, losses, (3.0, 2.5), apart is None, apart)
    shown = lines(report_of(gradient("logits", "exact"), training=training))
    assert any(line.startswith(said) for line in shown)


def test_where_every_gradient_is_right_it_says_what_keeps_it_from_passing() -> None:
    right, wrong = gradient("h", "exact"), gradient("logits", "wrong")
    ended = "exercise2: not passed yet, 1 of 1, but the code did not run to the end"
    assert ended in lines(report_of(right, error="E", strict=True))
    assert "exercise2: not passed yet, 1 of 2" in lines(report_of(right, wrong, error="E"))
    apart = Training(2, (3.0, 2.75), (3.0, 2.5), False, 1)
    went = "exercise2: not passed yet, 1 of 1, but training does not match autograd's"
    assert went in lines(report_of(right, training=apart))


def test_strict_says_why_all_right_is_not_enough() -> None:
    shown = lines(report_of(gradient("logits", "approximate"), strict=True))
    assert "--strict passes exact gradients only." in shown
    shown = lines(report_of(gradient("logits", "exact"), strict=True, error="E"))
    assert "--strict passes exact gradients only." not in shown


def test_inherited_is_explained_where_it_occurs() -> None:
    said = "inherited: the line is right, but a gradient that it uses is wrong."
    wrong = gradient("logits", "wrong")
    assert said in lines(report_of(wrong, gradient("h", "inherited")))
    assert said not in lines(report_of(wrong))


def test_what_to_write_next_is_a_line_or_a_method() -> None:
    def next_step(name: str, label: str, is_value: bool) -> str:
        missing = replace(gradient(name, "missing"), shown_as=label, is_value=is_value)
        shown = lines(replace(report_of(missing), exercise="warmup2"))
        return next(line for line in shown if line.startswith("Next: "))

    said = next_step("squared", "self.grad in __mul__", False)
    assert said.startswith("Next: write self.grad in __mul__, then run: ")
    said = next_step("graphs", "backward on many graphs", True)
    assert said.startswith("Next: write backward, then run: ")
