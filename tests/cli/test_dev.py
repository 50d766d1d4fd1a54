"""grade dev stubs and check: the kit proves itself, and planted faults are found."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import consistency, main
from grader.course import EXERCISES
from grader.workspace import kit
from tests.command import run


def test_the_kit_is_consistent() -> None:
    done = run("dev", "check")
    assert done.stderr == ""
    assert done.returncode == 0
    assert "exercise1: worked answer 26 of 26, 26 exact" in done.stdout.splitlines()
    assert len(done.stdout.splitlines()) == len(EXERCISES)


def test_what_is_inconsistent_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kit.lay_out(tmp_path)
    stub_of = kit.pristine_stub

    def with_a_gradient(name: str) -> str:
        stub = stub_of(name)
        return stub.replace("dlogits = None", "dlogits = logits") if name == "exercise2" else stub

    def change(path: str, old: str, new: str) -> None:
        text = (tmp_path / path).read_text()
        assert old in text
        (tmp_path / path).write_text(text.replace(old, new))

    change("solutions/exercise1.py", "(1.0 - h**2)", "torch.cosh(hpreact) ** -2")
    change("solutions/exercise3.py", "n / (n - 1) * bnraw", "bnraw")
    change("solutions/exercise4.py", "import torch\n", "import torch, math\n")
    monkeypatch.setattr(consistency, "EXERCISES", [f"exercise{at}" for at in range(1, 5)])
    monkeypatch.setattr(kit, "ORIGIN", tmp_path)
    shutil.copytree(consistency.LESSONS, tmp_path / "lessons")
    (tmp_path / "lessons" / "exercise2.md").unlink()
    monkeypatch.setattr(consistency, "LESSONS", tmp_path / "lessons")
    monkeypatch.setattr(kit, "pristine_stub", with_a_gradient)
    done = run("dev", "check")
    assert done.returncode == 1
    problems = done.stderr.splitlines()
    assert "exercises/exercise2.py is out of date" in problems[0]
    assert "exercises/exercise4.py is out of date" in problems[1]
    assert any("exercise1: only " in line and "of 26 are exact" in line for line in problems)
    assert any("exercise2: the stub does not grade as all missing" in line for line in problems)
    assert any("exercise3: the worked answer fails at hprebn" in line for line in problems)
    assert any("exercise4.py does not lint: E401" in line for line in problems)
    assert not any("exercise4: the worked answer" in line for line in problems)
    lessons = [line for line in problems if "has no lesson" in line]
    assert lessons == ["exercise2 has no lesson: write grader/course/lessons/exercise2.md"]


def test_stubs_are_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kit.lay_out(tmp_path)
    monkeypatch.setattr(kit, "ORIGIN", tmp_path)
    (tmp_path / "exercises" / "exercise1.py").write_text("edited by hand")
    (tmp_path / "exercises" / "exercise4.py").unlink()
    done = CliRunner().invoke(main, ["dev", "stubs"])
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [f"exercises/{name}.py" for name in EXERCISES]
    for name in EXERCISES:
        assert (tmp_path / "exercises" / f"{name}.py").read_text() == kit.pristine_stub(name)
