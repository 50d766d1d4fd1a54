"""A run put aside and taken up again: the very same steps, and nothing else is taken for one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from grader.bench.trial import Tensors, Trial
from grader.course.exercise import load_exercise
from grader.course.names import NameData, read_names
from grader.protocol.frames import LENGTH, pack, unpack
from grader.syntax.submission import read_submission
from grader.train.checkpoint import (
    Checkpoint,
    Unreadable,
    digest,
    first_checkpoint,
    from_bytes,
    identify,
    to_bytes,
)
from grader.train.dataset import splits_of
from grader.train.gradient_descent import by_autograd
from grader.train.run import long_run, real_start
from grader.workspace import kit

DATA = NameData(read_names(kit.NAMES)[:300])
STEPS = 12


def start_of(name: str) -> Trial:
    return real_start(load_exercise(name), DATA, 7)


def begin(start: Trial, beside: bool = False) -> Checkpoint:
    submission = read_submission(kit.solution_path(start.exercise.name))
    return first_checkpoint(start, identify(start, DATA.words, STEPS, beside), submission)


def go_on(start: Trial, begun: Checkpoint, steps: int) -> Checkpoint:
    """`steps` further steps of the run, by autograd."""
    recipe = start.exercise.recipe
    assert recipe is not None
    generator = torch.Generator()
    generator.set_state(begun.generator)
    train = splits_of(DATA, recipe, start.sizes)[0]
    at = replace(start, inputs=start.inputs | begun.parameters)
    rates = recipe.rates_of(STEPS, begun.done)
    parameters = begun.parameters
    for number, step in enumerate(long_run(at, train, rates, generator, by_autograd), 1):
        parameters = step.parameters
        if number == steps:
            break
    done = begun.done + steps
    return replace(begun, parameters=parameters, generator=generator.get_state(), done=done)


def same(one: Tensors, other: Tensors) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("name", ["warmup3", "exercise4", "exercise8"])
@pytest.mark.parametrize("stop", [1, 6, 11])
def test_a_resumed_run_ends_where_the_whole_one_does_bit_for_bit(name: str, stop: int) -> None:
    start = start_of(name)
    whole = go_on(start, begin(start), STEPS)
    stopped = go_on(start, begin(start), stop)
    assert not same(stopped.parameters, whole.parameters)
    resumed = go_on(start, from_bytes(to_bytes(stopped), start), STEPS - stop)
    assert same(resumed.parameters, whole.parameters)
    assert torch.equal(resumed.generator, whole.generator)


def test_everything_comes_back() -> None:
    start = start_of("exercise4")
    shifted = {name: value + 1 for name, value in begin(start).parameters.items()}
    kept = replace(begin(start, beside=True), done=5, seconds=1.5, apart=1e-7, autograd=shifted)
    back = from_bytes(to_bytes(kept), start)
    assert back.identity == kept.identity
    assert (back.source, back.done, back.seconds, back.apart) == (kept.source, 5, 1.5, 1e-7)
    assert same(back.parameters, kept.parameters)
    assert same(back.autograd, shifted)
    assert from_bytes(to_bytes(begin(start)), start).autograd == {}


def test_it_is_safetensors_and_json() -> None:
    import safetensors

    document = to_bytes(begin(start_of("exercise4")))
    entries = safetensors.deserialize(document)  # type: ignore[no-untyped-call]
    assert {name for name, _ in entries} >= {"generator", "hand.C", "hand.bnbias"}
    assert unpack(document).facts["schema"] == "handgrad/training/v1"


def test_each_part_of_what_a_run_is_makes_it_another() -> None:
    start = start_of("exercise4")
    one = identify(start, DATA.words, STEPS, False)
    assert one == identify(start_of("exercise4"), DATA.words, STEPS, False)
    recipe = start.exercise.recipe
    assert recipe is not None
    slower = replace(recipe, rates=((1.0, 0.05),))
    others = [
        identify(replace(start, seed=8), DATA.words, STEPS, False),
        identify(start, DATA.words[1:], STEPS, False),
        identify(start, DATA.words, STEPS + 1, False),
        identify(start, DATA.words, STEPS, True),
        identify(start_of("warmup4"), DATA.words, STEPS, False),
        identify(replace(start, sizes=start.sizes | {"n": 33}), DATA.words, STEPS, False),
        identify(
            replace(start, exercise=replace(start.exercise, recipe=slower)),
            DATA.words, STEPS, False,
        ),
    ]  # fmt: skip
    assert len({repr(each) for each in [one, *others]}) == len(others) + 1


Damage = Callable[[dict[str, Any], Tensors], object]


def facts(**other: Any) -> Damage:
    return lambda facts, _: facts.update(other)


DAMAGE: dict[str, Damage] = {
    "another schema": facts(schema="handgrad/report/v1"),
    "no identity": facts(identity=None),
    "an identity of other parts": facts(identity={"exercise": "exercise4"}),
    "more steps than there are": facts(done=STEPS + 1),
    "fewer than none": facts(done=-1),
    "a step and a half": facts(done=1.5),
    "no time": facts(seconds=None),
    "no source": facts(source=3),
    "a parameter missing": lambda _, tensors: tensors.pop("hand.W1"),
    "a parameter of another shape": lambda _, tensors: tensors.update({"hand.b2": torch.zeros(3)}),
    "a parameter in float64": lambda _, tensors: tensors.update(
        {"hand.b2": torch.zeros(27).double()}
    ),
    "no generator": lambda _, tensors: tensors.pop("generator"),
    "no generator's state": lambda _, tensors: tensors.update({"generator": torch.zeros(9)}),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_no_checkpoint_is_refused(damage: str) -> None:
    start = start_of("exercise4")
    message = unpack(to_bytes(begin(start)))
    DAMAGE[damage](message.facts, message.tensors)
    with pytest.raises(Unreadable):
        from_bytes(pack(message.facts, message.tensors)[LENGTH.size :], start)


def test_a_file_cut_short_or_of_another_kind_is_refused() -> None:
    start = start_of("exercise4")
    whole = to_bytes(begin(start))
    for document in (b"", b"{}", whole[:100], whole[:-1], b"\0" * 5000):
        with pytest.raises(Unreadable):
            from_bytes(document, start)


def test_a_digest_takes_any_text() -> None:
    assert digest("\udcff") != digest("")  # what a learner's file may hold
