"""A real run without the command: what it comes to, what stops it, that it can be resumed."""

import random
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from grader.bench.secret_inputs import LECTURE_SEED
from grader.bench.trial import Tensors, make_trial
from grader.course.exercise import load_exercise
from grader.course.names import NameData, read_names
from grader.errors import UsageProblem
from grader.process.launcher import ChildLauncher, FreshInterpreters, start_launcher
from grader.protocol.messages import Answer, Ended, Raised
from grader.syntax.submission import read_submission
from grader.train import run as module
from grader.train.checkpoint import AnotherRun, Checkpoint, CheckpointFile, Unreadable
from grader.train.gradient_descent import Step, Unfit, by_autograd
from grader.train.learner import Learner
from grader.train.run import plan_run, real_start, recipe_of, take_steps, train
from grader.workspace import kit

EXERCISE = load_exercise("exercise4")
DATA = NameData(tuple(random.Random(1).sample(read_names(kit.NAMES), 300)))
STEPS = 20


@pytest.fixture(scope="module")
def launcher() -> Iterator[ChildLauncher]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of fork, where pytest has threads
        opened = start_launcher()
    yield opened
    opened.close()


@pytest.fixture
def learner(launcher: ChildLauncher) -> Learner:
    return Learner(launcher, read_submission(kit.solution_path("exercise4")))


def after(steps: int) -> Callable[[int, float], bool]:
    """An observer that stops the run there."""
    return lambda done, _: done == steps


def read(file: CheckpointFile) -> Checkpoint:
    kept = file.read(real_start(EXERCISE, DATA, LECTURE_SEED))
    assert kept is not None
    return kept


def same(one: Tensors, other: Tensors) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def reached(learner: Learner, beside_autograd: bool) -> Checkpoint:
    """Of the whole run, never stopped."""
    run = plan_run(learner, EXERCISE, DATA, steps=STEPS, beside_autograd=beside_autograd)
    end = take_steps(run, run.splits()[0])
    assert end.problem is None
    return end.checkpoint


@pytest.mark.parametrize("beside_autograd", [False, True])
def test_a_run_stopped_twice_takes_the_very_steps_of_the_whole_one(
    learner: Learner, tmp_path: Path, beside_autograd: bool
) -> None:
    """Every step's loss and the last parameters, of both networks, to the last bit."""
    whole = reached(learner, beside_autograd)
    losses: list[float] = []
    expected: list[float] = []

    def until(last: int, into: list[float]) -> Callable[[int, float], bool]:
        def observer(done: int, loss: float) -> bool:
            into.append(loss)
            return done == last

        return observer

    run = plan_run(learner, EXERCISE, DATA, steps=STEPS, beside_autograd=beside_autograd)
    splits, file = run.splits(), CheckpointFile(tmp_path / "run.safetensors")
    take_steps(run, splits[0], until(STEPS, expected))
    end = None
    for stop in (1, 13, STEPS):
        kept = read(file) if losses else None
        run = plan_run(
            learner, EXERCISE, DATA, steps=STEPS, beside_autograd=beside_autograd, resume=kept
        )
        end = take_steps(run, splits[0], until(stop, losses), file).checkpoint
        assert file.path.exists() == (stop < STEPS)
    assert end is not None
    assert losses == expected
    assert len(set(losses)) == len(losses) == STEPS
    assert same(end.parameters, whole.parameters)
    assert same(end.autograd, whole.autograd)
    assert end.apart == whole.apart
    assert bool(end.autograd) == beside_autograd
    assert torch.equal(end.generator, whole.generator)


def test_what_a_run_comes_to_and_what_one_that_was_stopped_does(
    learner: Learner, tmp_path: Path
) -> None:
    file = CheckpointFile(tmp_path / "run.safetensors")
    whole = train(learner, EXERCISE, DATA, steps=STEPS)
    part = train(learner, EXERCISE, DATA, steps=STEPS, file=file, observer=after(8))
    rest = train(learner, EXERCISE, DATA, resume=read(file), file=file)
    assert (whole.steps, part.steps, rest.steps) == (STEPS, 8, STEPS)
    assert (whole.resumed_at, part.resumed_at, rest.resumed_at) == (0, 0, 8)
    assert part.train_loss != whole.train_loss == rest.train_loss
    assert (whole.dev_loss, whole.test_loss) == (rest.dev_loss, rest.test_loss)
    assert whole.samples == rest.samples != part.samples
    assert whole.problem is part.problem is rest.problem is None


def test_the_observer_sees_each_step_and_the_loss_before_it(learner: Learner) -> None:
    seen: list[tuple[int, float]] = []
    train(learner, EXERCISE, DATA, steps=3, observer=lambda *step: bool(seen.append(step)))
    run = plan_run(learner, EXERCISE, DATA, steps=3)
    generator = torch.Generator().manual_seed(LECTURE_SEED)
    train_split, rates = run.splits()[0], recipe_of(EXERCISE).rates_of(3)
    steps = module.long_run(run.start, train_split, rates, generator, by_autograd)
    expected = [step.loss for step in steps]
    assert [done for done, _ in seen] == [1, 2, 3]
    assert [loss for _, loss in seen] == pytest.approx(expected, rel=1e-5)
    assert seen[0][1] == expected[0]


def test_code_that_fails_on_the_way_is_a_problem_and_no_exception(
    launcher: ChildLauncher, tmp_path: Path
) -> None:
    path = tmp_path / "late.py"
    path.write_text(
        kit.solution_source("exercise4").replace(
            "    return locals()",
            "    torch.calls = getattr(torch, 'calls', 0) + 1\n"
            "    if torch.calls > 5:\n        raise ValueError('no more')\n    return locals()",
        )
    )
    trained = train(Learner(launcher, read_submission(path)), EXERCISE, DATA, steps=STEPS)
    assert trained.steps == 5
    assert trained.train_loss is None
    assert trained.problem is not None
    assert trained.problem.startswith(f"{path}, line ")
    assert trained.problem.endswith("ValueError: no more")


def test_a_file_that_cannot_be_read_is_the_problem(launcher: ChildLauncher, tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    path.write_text("def backward(\n")
    submission = read_submission(path)
    assert submission.problem is not None
    trained = train(Learner(launcher, submission), EXERCISE, DATA, steps=STEPS)
    assert trained.problem == submission.problem
    assert "syntax error" in trained.problem


def test_what_cannot_be_trained_or_resumed_is_refused(learner: Learner, tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match=r"exercise2 trains nothing\."):
        train(learner, load_exercise("exercise2"), DATA)
    kept = plan_run(learner, EXERCISE, DATA, steps=STEPS).begun
    others: dict[str, Callable[[], object]] = {
        "seed": lambda: train(learner, EXERCISE, DATA, resume=kept, seed=5),
        "names": lambda: train(learner, EXERCISE, NameData(DATA.words[1:]), resume=kept),
        "steps": lambda: train(learner, EXERCISE, DATA, resume=kept, steps=STEPS + 1),
        "beside_autograd": lambda: train(
            learner, EXERCISE, DATA, resume=kept, beside_autograd=True
        ),
        "exercise": lambda: train(learner, load_exercise("warmup4"), DATA, resume=kept),
    }
    for differs, call in others.items():
        with pytest.raises(AnotherRun) as caught:
            call()
        assert caught.value.differs == differs


def test_a_file_that_cannot_be_written_costs_the_resuming_not_the_run(
    learner: Learner, tmp_path: Path
) -> None:
    (tmp_path / "in the way").write_text("a file")
    file = CheckpointFile(tmp_path / "in the way" / "run.safetensors")
    run = plan_run(learner, EXERCISE, DATA, steps=STEPS)
    end = take_steps(run, run.splits()[0], after(3), file)
    assert end.checkpoint.done == 3
    assert end.problem is None
    assert end.unwritten is not None
    assert "in the way" in end.unwritten


def test_a_run_leaves_the_file_of_another_alone(learner: Learner, tmp_path: Path) -> None:
    """Until it writes its own: the stopped run may still be resumed."""
    file = CheckpointFile(tmp_path / "run.safetensors")
    file.path.write_bytes(b"another run's")
    train(learner, EXERCISE, DATA, steps=2, file=file)
    assert file.path.read_bytes() == b"another run's"
    with pytest.raises(Unreadable):
        read(file)


def test_it_is_put_aside_on_the_way(
    learner: Learner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEEP_EVERY", 0.0)
    file, kept = CheckpointFile(tmp_path / "run.safetensors"), []

    def observer(done: int, _: float) -> bool:
        kept.append(read(file).done if file.path.exists() else 0)
        return False

    trained = train(learner, EXERCISE, DATA, steps=4, file=file, observer=observer)
    assert kept == [0, 1, 2, 3]
    assert trained.steps == 4
    assert not file.path.exists()


ITS_MODULES = """
import sys
cli = [name for name in sys.modules if name in ("click", "rich") or name.startswith("grader.cli")]
assert not cli, cli
assert trained.problem is None and trained.steps == len(losses) == 200, trained
assert losses[0] > 3.0 > trained.dev_loss, trained
"""


def test_the_docs_example_trains_without_the_command_and_without_click(tmp_path: Path) -> None:
    text = (kit.ORIGIN / "docs" / "training.md").read_text(encoding="utf-8")
    example = text.split("```python\n")[1].split("```")[0]
    for folder in ("exercises", "data"):
        (tmp_path / folder).mkdir()
    (tmp_path / "exercises" / "exercise4.py").write_text(kit.solution_source("exercise4"))
    (tmp_path / "data" / "names.txt").write_text("\n".join(DATA.words))
    done = subprocess.run(
        [sys.executable, "-c", example + ITS_MODULES],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("answer", "unfit", "sentence"),
    [
        (Ended("exited", "exit code 5"), None, ": the code ended its own process (exit code 5)"),
        (Answer({}, unusable="it defines no function"), None, ": it defines no function"),
        (
            Answer({}, raised=Raised("ValueError", "no more", 12, {}, "")),
            None,
            ", line 12: ValueError: no more",
        ),
        (Answer({}), Unfit("W1", "missing"), ": dW1 is missing."),
        (
            Answer({}, kinds={"W1": "numpy.ndarray"}),
            Unfit("W1", "missing"),
            ": dW1 is numpy.ndarray; expected a tensor of shape (30, 64).",
        ),
        (
            Answer({"W1": torch.zeros(64)}),
            Unfit("W1", "misshapen"),
            ": dW1 has shape (64,) and dtype torch.float32; "
            "expected (30, 64) and a floating-point dtype.",
        ),
        (Answer({}), Unfit("W1", "not_finite"), ": dW1 is not finite, or makes W1 overflow"),
    ],
)
def test_what_stopped_it_is_said(
    answer: Answer | Ended, unfit: Unfit | None, sentence: str
) -> None:
    exercise, data = load_exercise("exercise4"), NameData(read_names(kit.NAMES))
    trial = make_trial(exercise, data, "step 3", 1, exercise.sizes, torch.float32)
    step = Step(trial, 2.5, answer, {"W1": trial.inputs["W1"]}, unfit=unfit)
    learner = Learner(FreshInterpreters(), read_submission(kit.solution_path("exercise4")))
    assert learner.problem(step).startswith(f"{learner.submission.path}{sentence}")
