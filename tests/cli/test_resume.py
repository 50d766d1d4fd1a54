"""--resume: a stopped run goes on to the very end it would have had, or says why it cannot."""

import contextlib
import json
import random
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from grader.cli import main
from grader.cli import train as train_module
from grader.course.names import read_names
from grader.train import run
from grader.workspace import kit

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
STEPS = "60"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's kit, the working directory, with a few hundred names."""
    exercises = tmp_path / "exercises"
    exercises.mkdir()
    (exercises / "exercise4.py").write_text(kit.solution_source("exercise4"))
    words = random.Random(1).sample(read_names(kit.NAMES), 300)
    (tmp_path / "names.txt").write_text("\n".join(words))
    (tmp_path / "others.txt").write_text("\n".join(words[1:]))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def grade(*words: str, code: int = 0) -> Result:
    done = CliRunner().invoke(main, ["exercise4", *words], prog_name="grade")
    assert done.exit_code == code, done.stdout + done.stderr
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


def trained(*words: str, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(grade(*words, "--json", code=code).stdout)["trained"]
    return found


@contextlib.contextmanager
def a_ctrl_c_after(steps: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    @contextlib.contextmanager
    def interrupt() -> Iterator[Any]:
        taken = count(1)
        yield lambda: next(taken) >= steps

    with monkeypatch.context() as patch:
        patch.setattr(train_module, "first_interrupt", interrupt)
        yield


def kept(folder: Path) -> Path:
    return folder / ".handgrad" / "exercise4.safetensors"


@pytest.fixture
def stopped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run of 60 steps, stopped after 25; the kit it lies in."""
    with a_ctrl_c_after(25, monkeypatch):
        done = grade("--train", "--steps", STEPS, "--names", "names.txt")
    assert "interrupted after 25 of 60 steps" in done.stdout
    assert done.stderr.endswith("To continue: grade exercise4 --names names.txt --resume\n")
    assert kept(folder).is_file()
    return folder


def test_stopped_twice_it_ends_as_the_whole_run_does(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("--steps", STEPS, "--names", "names.txt", "--beside-autograd")
    whole = trained(*asked)
    assert not kept(folder).exists()
    with a_ctrl_c_after(10, monkeypatch):
        first = trained(*asked)
        second = trained("--names", "names.txt", "--resume")
    assert (first["steps"], second["steps"], second["resumed_at"]) == (10, 20, 10)
    assert first["train_loss"] != second["train_loss"] != whole["train_loss"]
    last = trained("--names", "names.txt", "--resume")
    assert not kept(folder).exists()
    assert last.pop("seconds") > second["seconds"] > first["seconds"]
    assert last.pop("resumed_at") == 20
    whole.pop("seconds")
    assert whole.pop("resumed_at") == 0
    assert last == whole
    assert 0 < whole["autograd"]["largest_difference"] < 1e-5  # of float32's rounding
    assert whole["autograd"]["dev_loss"] == pytest.approx(whole["dev_loss"], abs=1e-5)


REFUSED = {
    "another seed": (("--names", "names.txt", "--seed", "5"), "has another seed: add --seed 2147"),
    "other names": (("--names", "others.txt"), "was trained on other names: pass them with"),
    "other steps": (("--names", "names.txt", "--steps", "61"), "has 60 steps, on which"),
    "beside autograd": (
        ("--names", "names.txt", "--beside-autograd"),
        "has no autograd run beside it",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_another_run_than_the_stopped_one_is_refused_before_grading(
    stopped: Path, what: str
) -> None:
    words, said = REFUSED[what]
    before = kept(stopped).read_bytes()
    done = grade("--resume", *words, code=2)
    assert done.stderr.startswith(f"Error: The stopped run {said}")
    assert done.stdout == ""
    assert kept(stopped).read_bytes() == before


def test_another_recipe_is_refused(stopped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from grader.course import exercise4

    monkeypatch.setitem(exercise4.RECIPE.sizes, "n_hidden", 200)  # the same network: accepted
    with a_ctrl_c_after(1, monkeypatch):
        assert trained("--resume", "--names", "names.txt")["steps"] == 26
    monkeypatch.setitem(exercise4.RECIPE.sizes, "n", 31)
    done = grade("--resume", "--names", "names.txt", code=2)
    assert "used a network or learning rates" in done.stderr


def test_nothing_to_resume_and_a_file_that_is_no_run(folder: Path) -> None:
    assert grade("--resume", code=2).stderr == (
        "Error: There is no stopped run of exercise4 here; start one with --train.\n"
    )
    kept(folder).parent.mkdir()
    kept(folder).write_bytes(b"something else")
    said = grade("--resume", code=2).stderr
    assert said.startswith("Error: .handgrad/exercise4.safetensors: cannot be resumed (")


def test_a_changed_file_goes_on_and_is_told(stopped: Path) -> None:
    file = stopped / "exercises" / "exercise4.py"
    file.write_text(file.read_text().replace("dlogits /= n", "dlogits = dlogits / n"))
    done = grade("--resume", "--names", "names.txt")
    assert "exercises/exercise4.py has changed since this run was stopped; its first 25" in (
        done.stderr
    )
    assert "60 steps in" in done.stdout


def test_a_new_run_tells_of_the_stopped_one_and_leaves_it(stopped: Path) -> None:
    before = kept(stopped).read_bytes()
    done = grade("--train", "--steps", "5", "--names", "names.txt")
    assert "A stopped run is kept (25 of 60 steps); --resume continues it." in done.stderr
    assert kept(stopped).read_bytes() == before


def test_what_was_kept_on_the_way_outlives_code_that_raises(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, asked = folder / "exercises" / "exercise4.py", ("--names", "names.txt")
    right = file.read_text()
    late = (
        "    torch.calls = getattr(torch, 'calls', 0) + 1\n"
        "    if torch.calls > 45:\n        raise ValueError('no more')\n    return locals()"
    )
    file.write_text(right.replace("    return locals()", late))
    monkeypatch.setattr(run, "KEEP_EVERY", 0.0)
    failed = trained(*asked, "--train", "--steps", STEPS, code=1)
    assert failed["problem"].endswith("ValueError: no more")
    file.write_text(right)
    done = trained(*asked, "--resume")
    assert done["resumed_at"] == failed["steps"] == 45
    assert done["steps"] == 60


def test_where_nothing_can_be_kept_the_run_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".handgrad").write_text("a file in the way")
    with a_ctrl_c_after(3, monkeypatch):
        done = grade("--train", "--steps", STEPS, "--names", "names.txt")
    assert done.stderr.splitlines()[-1].startswith("It cannot be resumed (")
    assert "interrupted after 3 of 60 steps" in done.stdout
