"""grade warmup5 --plots FILE: only of right layers, only where there are any."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import grading, main
from grader.workspace import kit
from tests.command import run
from tests.worked import rewritten


def test_right_layers_are_drawn(tmp_path: Path) -> None:
    page = tmp_path / "plots.html"
    done = run("warmup5", "--submission", kit.solution_path("warmup5"), "--plots", page)
    assert done.returncode == 0, done.stderr
    assert f"The plots are in {page}." in done.stderr
    assert page.read_text(encoding="utf-8").count("<svg") == 20


def test_wrong_layers_wait(tmp_path: Path) -> None:
    answer = tmp_path / "answer.py"
    answer.write_text(rewritten("warmup5", ("(1 - self.out**2)", "(1 - self.out)")))
    done = run("warmup5", "--submission", answer, "--plots", tmp_path / "plots.html")
    assert done.returncode == 1
    assert "The plots wait until every layer is right." in done.stderr
    assert not (tmp_path / "plots.html").exists()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (["exercise1", "--plots", "plots.html"], "exercise1 has no layers; --plots goes with"),
        (["all", "--plots", "plots.html"], "--plots goes with one exercise, warmup5."),
        (["warmup5", "--plots", "mine.py"], "mine.py: a report is not written over code"),
        (["warmup5", "--plots", "no/plots.html"], "cannot be written (No such file"),
    ],
)
def test_a_call_that_cannot_be_done_is_refused_before_anything_is_graded(
    call: list[str], said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def opened(*_: object) -> None:
        raise AssertionError("it was graded")

    monkeypatch.setattr(grading, "open_grader", opened)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, call)
    assert done.exit_code == 2, done.output
    assert said in done.stderr
