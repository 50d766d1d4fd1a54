"""Gradient descent on a learner's gradients: the short graded run and the real one."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch

from grader.bench.bench import setup_for
from grader.bench.trial import Tensors, Trial, make_trial
from grader.course import EXERCISES
from grader.course.exercise import Exercise, load_exercise
from grader.course.names import NameData, read_names
from grader.process.attempt import Attempt
from grader.process.launcher import ChildLauncher, start_launcher
from grader.protocol.messages import Answer, Ended, Request
from grader.syntax.submission import read_submission
from grader.train.dataset import Split, splits_of
from grader.train.graded_run import SHORT_RUN, beside_autograd, short_run
from grader.train.gradient_descent import Step, Unfit, by_autograd, gradient_descent
from grader.train.learner import by_hand
from grader.train.run import long_run, real_start
from grader.workspace import kit

EXERCISE = load_exercise("exercise4")
DATA = NameData(read_names(kit.NAMES))
WORKED = kit.solution_path("exercise4").read_text(encoding="utf-8")
Start = Callable[..., AbstractContextManager[Attempt]]


@pytest.fixture(scope="module")
def launcher() -> Iterator[ChildLauncher]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of fork, where pytest has threads
        opened = start_launcher()
    yield opened
    opened.close()


@pytest.fixture
def attempt(launcher: ChildLauncher, tmp_path: Path) -> Start:
    """An attempt on this source, asked for the trained parameters' gradients."""

    def start(source: str, timeout: float = 10.0, exercise: Exercise = EXERCISE) -> Attempt:
        path = tmp_path / "submission.py"
        path.write_text(source, encoding="utf-8")
        setup = setup_for(exercise, read_submission(path), timeout, exercise.trained)
        return Attempt(launcher, setup)

    return start


def trial(dtype: torch.dtype = torch.float64) -> Trial:
    return make_trial(EXERCISE, DATA, "training", 2147483647, EXERCISE.sizes, dtype)


def with_line(line: str) -> str:
    """The worked answer, with one more line before its end."""
    assert WORKED.count("    return locals()") == 1
    return WORKED.replace("    return locals()", f"    {line}\n    return locals()")


def after_calls(count: int, statement: str) -> str:
    """The worked answer, doing something else from some call on."""
    return with_line(
        "torch.calls = getattr(torch, 'calls', 0) + 1\n"
        f"    if torch.calls > {count}:\n        {statement}"
    )


@cache
def train_split() -> Split:
    assert EXERCISE.recipe is not None
    return splits_of(DATA, EXERCISE.recipe, EXERCISE.sizes)[0]


def real_run(child: Any, start: Trial, steps: int) -> Iterator[Step]:
    assert start.exercise.recipe is not None
    rates = start.exercise.recipe.rates_of(steps)
    generator = torch.Generator().manual_seed(start.seed)
    return long_run(start, train_split(), rates, generator, by_hand(child))


TRAINED = [name for name in EXERCISES if load_exercise(name).recipe is not None]


@pytest.mark.parametrize("name", TRAINED)
def test_every_worked_answer_trains_as_autograd_does(attempt: Start, name: str) -> None:
    exercise = load_exercise(name)
    start = make_trial(exercise, DATA, "decision", 2147483647, exercise.sizes)
    with attempt(kit.solution_path(name).read_text(encoding="utf-8"), exercise=exercise) as child:
        steps = short_run(child, start, DATA)
    beside = beside_autograd(steps, start, DATA)
    assert beside.matches
    assert beside.apart_at is None
    assert len(beside.losses) == SHORT_RUN == beside.steps
    assert len(set(beside.losses)) == SHORT_RUN
    batches = [step.trial.inputs for step in steps]
    assert all(batch.keys() == start.inputs.keys() for batch in batches)
    index = "Xb" if "Xb" in start.inputs else "xs"
    assert not any(torch.equal(one[index], other[index]) for one, other in pairwise(batches))


@pytest.mark.parametrize("line", ["dW1 = dW1 * 1.01", "db2 = -db2", "dC = torch.zeros_like(C)"])
def test_a_wrong_gradient_parts_the_curves_at_step_1(attempt: Start, line: str) -> None:
    with attempt(with_line(line)) as child:
        steps = short_run(child, trial(), DATA)
    beside = beside_autograd(steps, trial(), DATA)
    assert not beside.matches
    assert beside.apart_at == 1
    assert beside.losses[0] == beside.autograd_losses[0]


@pytest.mark.parametrize(
    "statement", ["import os; os._exit(5)", "import os; os.kill(os.getpid(), 9)"]
)
def test_a_child_that_stops_answering_ends_the_run(attempt: Start, statement: str) -> None:
    with attempt(after_calls(3, statement)) as child:
        steps = list(real_run(child, trial(), 50))
    assert [step.taken for step in steps] == [True] * 3 + [False]
    assert isinstance(steps[-1].answer, Ended)
    assert_same(steps[-1].parameters, steps[-2].parameters)


def test_a_call_that_takes_too_long_ends_the_run(attempt: Start) -> None:
    with attempt(after_calls(2, "while True: pass"), timeout=0.5) as child:
        steps = list(real_run(child, trial(), 50))
    last = steps[-1].answer
    assert len(steps) == 3
    assert isinstance(last, Answer)
    assert last.raised is not None
    assert last.raised.out_of_time


def test_a_call_that_raises_ends_the_run_whatever_it_had_by_then(attempt: Start) -> None:
    with attempt(after_calls(2, "raise ValueError('no more')")) as child:
        steps = list(real_run(child, trial(), 50))
    last = steps[-1].answer
    assert [step.taken for step in steps] == [True, True, False]
    assert isinstance(last, Answer)
    assert last.raised is not None
    assert last.raised.message == "no more"
    assert set(EXERCISE.trained) <= set(last.gradients)


def assert_same(one: Tensors, other: Tensors) -> None:
    assert one.keys() == other.keys() == set(EXERCISE.trained)
    for name, value in one.items():
        assert torch.equal(value, other[name]), name


@pytest.mark.parametrize(
    ("gradient", "how"),
    [
        (None, "missing"),
        (torch.zeros(64), "misshapen"),
        (torch.zeros(30, 64, dtype=torch.int64), "misshapen"),
        (torch.full((30, 64), float("nan")), "not_finite"),
        (torch.zeros(30, 64).index_fill(0, torch.tensor(7), float("inf")), "not_finite"),
    ],
)
def test_no_step_is_taken_with_a_gradient_that_does_not_fit(gradient: Any, how: str) -> None:
    def one_unfit(asked: Trial) -> Answer:
        gradients = dict(by_autograd(asked).gradients)
        if asked.label == "step 2":
            del gradients["W1"]
            gradients |= {} if gradient is None else {"W1": gradient}
        return Answer(gradients)

    generator = torch.Generator().manual_seed(1)
    batches = (train_split().minibatch(32, generator).inputs for _ in range(9))
    steps = list(gradient_descent(trial(torch.float32), batches, one_unfit, [0.1] * 9))
    assert [step.unfit for step in steps] == [None, None, Unfit("W1", how)]
    assert_same(steps[-1].parameters, steps[-2].parameters)


class Ones:
    """Answers every call with gradients of ones, in float64."""

    def __init__(self) -> None:
        self.requests: list[Mapping[str, torch.Tensor]] = []

    def ask(self, request: Request) -> Answer:
        self.requests.append(request.values)
        values = request.values
        given = {name: torch.ones_like(values[name]).double() for name in EXERCISE.trained}
        return Answer(given)


def test_the_real_run_steps_as_the_lecture_does() -> None:
    start, child = trial(torch.float32), Ones()
    steps = list(real_run(child, start, 5))
    before = [start.inputs["b2"], *(step.parameters["b2"] for step in steps)]
    rates = [(one - two).mean().item() for one, two in pairwise(before)]
    assert rates == pytest.approx([0.1, 0.1, 0.01, 0.01, 0.01], rel=1e-4)
    assert {step.parameters["W1"].dtype for step in steps} == {torch.float32}
    for step, tensors in zip(steps, child.requests, strict=True):
        assert tensors["Xb"].shape == (32, 3)
        assert "loss" not in tensors
        assert torch.equal(tensors["Xb"], step.trial.inputs["Xb"])
    assert not torch.equal(child.requests[0]["Xb"], child.requests[1]["Xb"])


def test_a_real_run_starts_with_the_sizes_and_settings_of_its_recipe() -> None:
    start = real_start(load_exercise("warmup3"), DATA, 5)
    assert start.sizes["n"] == 512
    assert start.inputs["strength"] == 0.0
    assert start.dtype is start.inputs["W"].dtype is torch.float32
    mlp = real_start(load_exercise("warmup4"), DATA, 5)
    assert mlp.inputs["W1"].shape == (30, 200)


def test_the_loss_falls_on_real_names(attempt: Start) -> None:
    with attempt(WORKED) as child:
        run = real_run(child, trial(torch.float32), 300)
        losses = [step.loss for step in run]
    assert len(losses) == 300
    assert losses[0] == pytest.approx(3.3, abs=0.3)
    assert sum(losses[-50:]) / 50 < 2.75
