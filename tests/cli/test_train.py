"""grade exercise4 --train: its figures, its progress, what ends it, what Ctrl-C does."""

import io
import json
import math
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from grader.cli import progress as progress_module
from grader.cli.progress import first_interrupt, progress
from grader.course.names import read_names
from grader.workspace import kit
from tests import command

WORKED = kit.solution_path("exercise4")
TRAIN = ("exercise4", "--train", "--submission")


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A few hundred of the names, quick to load, in a kit of its own: the working directory."""
    exercises = tmp_path / "exercises"
    exercises.mkdir()
    (exercises / "exercise4.py").write_text(WORKED.read_text())
    path = tmp_path / "names.txt"
    path.write_text("\n".join(random.Random(1).sample(read_names(kit.NAMES), 400)))
    monkeypatch.chdir(tmp_path)
    return path


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return command.run(*TRAIN, *arguments, environment={"COLUMNS": "80"}, timeout=120)


def test_it_ends_with_losses_and_names(names: Path) -> None:
    done = run(WORKED, "--steps", "200", "--names", names)
    assert done.returncode == 0
    assert done.stderr == "Training for 200 steps.\n"
    trained = done.stdout.split("Trained with your gradients: 200 steps in ")[1].splitlines()
    shown = r"  (train|dev|test) loss +(\d\.\d{4})  perplexity (\d+\.\d\d)"
    losses = [re.fullmatch(shown, line) for line in trained[1:4]]
    assert [loss and loss[1] for loss in losses] == ["train", "dev", "test"]
    assert all(loss and 2.0 < float(loss[2]) < 3.3 for loss in losses)
    for loss in losses:
        assert loss and math.exp(float(loss[2])) == pytest.approx(float(loss[3]), rel=1e-3)
    assert trained[4] == "Names it makes up:"
    assert len(re.findall(r"[a-z]+|\(empty\)", " ".join(trained[5:]))) >= 20


def test_json_has_the_figures_and_stdout_nothing_else(names: Path) -> None:
    figures = []
    for _ in range(2):
        done = run(WORKED, "--steps", "60", "--names", names, "--json")
        assert done.returncode == 0
        assert "Names it makes up:" in done.stderr
        figures.append(json.loads(done.stdout)["trained"])
    first, again = figures
    assert first.pop("seconds") > 0
    again.pop("seconds")
    assert first == again  # the same seed, the same network, the same names
    assert first.keys() == {
        "steps", "steps_asked", "train_loss", "dev_loss", "test_loss", "samples", "problem",
        "resumed_at", "autograd", "yardstick",
        "train_perplexity", "dev_perplexity", "test_perplexity",
    }  # fmt: skip
    assert first["dev_perplexity"] == math.exp(first["dev_loss"])
    assert first["autograd"] is None
    assert first["steps"] == first["steps_asked"] == 60
    assert len(first["samples"]) == 20
    assert first["problem"] is None


def test_a_gradient_that_goes_bad_stops_it(names: Path, tmp_path: Path) -> None:
    submission = tmp_path / "late.py"
    submission.write_text(
        WORKED.read_text().replace(
            "    return locals()",
            "    torch.calls = getattr(torch, 'calls', 0) + 1\n"
            "    if torch.calls > 200:\n"
            "        dW2 = dW2 * float('nan')\n"
            "    return locals()",
        )
    )
    done = run(submission, "--steps", "1000", "--names", names, "--json")
    problem = f"{submission}: dW2 is not finite, or makes W2 overflow."
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Training for 1,000 steps.",
        f"Training stopped after 200 steps: {problem}",
    ]
    trained = json.loads(done.stdout)["trained"]
    assert trained["steps"] == 200
    assert trained["problem"] == problem
    assert trained["train_loss"] is trained["train_perplexity"] is None
    assert trained["samples"] == []


def test_it_waits_for_right_gradients(names: Path) -> None:
    done = run(kit.ORIGIN / "exercises" / "exercise4.py", "--names", names)
    assert done.returncode == 1
    assert done.stderr == "Training waits until every gradient is right.\n"


def processes_below(pid: int) -> Iterator[int]:
    """Children, their children, and so on."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield int(child)
            yield from processes_below(int(child))


@pytest.mark.skipif(sys.platform != "linux", reason="finds the processes in /proc")
def test_ctrl_c_leaves_the_figures_so_far_and_no_process(names: Path) -> None:
    call = [*TRAIN, str(WORKED), "--steps", "100000000", "--names", str(names), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(kit.ORIGIN), "COLUMNS": "80"}
    with subprocess.Popen(
        [sys.executable, "-m", "grader", *call], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env=environment,
        start_new_session=True,
    ) as grade:  # fmt: skip
        assert grade.stderr is not None
        assert grade.stderr.readline() == "Training for 100,000,000 steps.\n"
        time.sleep(1)
        below = set(processes_below(grade.pid))
        os.killpg(grade.pid, signal.SIGINT)  # as a terminal does: to all that is in its group
        out, error = grade.communicate(timeout=60)
    assert grade.returncode == 0, error
    assert "interrupted after" in error
    assert "Traceback" not in error
    trained = json.loads(out)["trained"]
    assert 0 < trained["steps"] < trained["steps_asked"] == 100_000_000
    assert f"interrupted after {trained['steps']:,} of 100,000,000 steps" in error
    assert 2.0 < trained["train_loss"] < 3.5
    assert len(trained["samples"]) == 20
    assert f"exercise4 --submission {WORKED} --names {names} --resume\n" in error
    assert len(below) == 2  # the warm process and the child
    assert not [pid for pid in below if Path(f"/proc/{pid}").exists()]


def test_only_the_first_interrupt_is_held_back() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with first_interrupt() as interrupted:
            assert not interrupted()
            os.kill(os.getpid(), signal.SIGINT)
            assert interrupted()
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Console(file=io.StringIO(), force_terminal=True, width=80, color_system=None)
    monkeypatch.setattr(progress_module, "console", lambda stderr: terminal)
    with progress(40, "not shown") as show:
        for done in range(1, 41):
            show(done, 2.0 + done / 40)
    drawn = terminal.file.getvalue()  # type: ignore[attr-defined]
    assert re.search(r"40 of 40 steps .*steps/s +loss 2\.5125 00:00", drawn)


def test_elsewhere_a_plain_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter(range(0, 1000, 2))
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: float(next(clock)))
    with progress(20, "Training for 20 steps.") as show:
        for done in range(1, 12):
            show(done, 3.0)
    out, error = capsys.readouterr()
    assert out == ""
    assert error.splitlines() == [
        "Training for 20 steps.",
        "5 of 20 steps, 0 steps/s, loss 3.0000, 0.5 min left",
        "10 of 20 steps, 0 steps/s, loss 3.0000, 0.3 min left",
    ]
