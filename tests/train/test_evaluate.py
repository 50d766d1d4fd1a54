"""A trained network put to use: calibration, losses of the splits, sampled names."""

from dataclasses import replace
from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F

from grader.bench.trial import Tensors, Trial, make_trial
from grader.course import EXERCISES
from grader.course.exercise import Exercise, load_exercise
from grader.course.names import NameData, read_names
from grader.course.recipe import Recipe
from grader.train import evaluate as inference
from grader.train.dataset import Split, splits_of
from grader.train.evaluate import LONGEST, PART, Network, calibrated, sample, split_loss
from grader.train.run import real_start
from grader.workspace import kit

EXERCISE = load_exercise("exercise4")
DATA = NameData(read_names(kit.NAMES))


def recipe(exercise: Exercise) -> Recipe:
    assert exercise.recipe is not None
    return exercise.recipe


TRAIN, DEV, _ = splits_of(DATA, recipe(EXERCISE), EXERCISE.sizes)


def start() -> Trial:
    return make_trial(EXERCISE, DATA, "training", 3, EXERCISE.sizes, torch.float32)


def parameters() -> Tensors:
    inputs = start().inputs
    return {name: inputs[name] for name in EXERCISE.trained}


@pytest.fixture(scope="module")
def network() -> Network:
    return calibrated(start(), parameters(), TRAIN)


def hprebn(given: Tensors, split: Split) -> torch.Tensor:
    return given["C"][split.tensors["Xb"]].view(len(split), -1) @ given["W1"] + given["b1"]


def test_statistics_are_those_of_the_whole_training_split(network: Network) -> None:
    values = hprebn(parameters(), TRAIN).double()
    assert network.fixed["bnmean"].shape == network.fixed["bnvar"].shape == (1, 64)
    assert torch.allclose(network.fixed["bnmean"].double(), values.mean(0, True), atol=1e-5)
    assert torch.allclose(network.fixed["bnvar"].double().sqrt(), values.std(0, True), atol=1e-5)


def test_the_loss_of_a_split_is_the_lectures(network: Network) -> None:
    given = parameters()
    train, dev = hprebn(given, TRAIN), hprebn(given, DEV)
    mean, var = train.mean(0, keepdim=True), train.var(0, keepdim=True, unbiased=True)
    hpreact = given["bngain"] * (dev - mean) * (var + 1e-5) ** -0.5 + given["bnbias"]
    expected = F.cross_entropy(torch.tanh(hpreact) @ given["W2"] + given["b2"], DEV.tensors["Yb"])
    assert len(DEV) % PART != 0  # the last part weighs less
    assert split_loss(network, DEV) == pytest.approx(expected.item(), rel=1e-5)


def test_one_example_alone_needs_no_batch(network: Network) -> None:
    one, batch = network.value("logits", DEV[:1]), network.value("logits", DEV[:9])
    assert torch.allclose(one, batch[:1], atol=1e-5)


def test_samples_come_again_with_their_seed(network: Network) -> None:
    names = sample(network, DATA.letters, seed=11, count=20)
    assert names == sample(network, DATA.letters, seed=11, count=20)
    assert names != sample(network, DATA.letters, seed=12, count=20)
    assert len(names) == 20
    assert set("".join(names)) <= set(DATA.letters[1:])


def test_a_name_that_never_ends_is_cut(network: Network) -> None:
    endless = {**network.fixed, "b2": network.fixed["b2"].index_fill(0, torch.tensor(0), -1e9)}
    names = sample(replace(network, fixed=endless), DATA.letters, seed=1, count=2)
    assert [len(name) for name in names] == [LONGEST, LONGEST]


def test_numbers_beyond_float32_make_no_name(network: Network) -> None:
    broken = {**network.fixed, "b2": torch.full((27,), float("inf"))}
    assert sample(replace(network, fixed=broken), DATA.letters, seed=1, count=2) == ["", ""]


def test_a_network_that_reads_no_further_ends_the_name() -> None:
    gpt, few = load_exercise("exercise8"), NameData(DATA.words[:300])
    drawn = make_trial(gpt, few, "training", 3, gpt.sizes, torch.float32)
    train = splits_of(few, recipe(gpt), gpt.sizes)[0]
    # C[0] is what the boundary looks like: with this bias nothing looks like it.
    endless = {"lnbias3": -100 * drawn.inputs["C"][0]}
    names = sample(calibrated(drawn, endless, train), few.letters, seed=1, count=3)
    assert [len(name) for name in names] == [gpt.sizes["block_size"]] * 3


TRAINED = [name for name in EXERCISES if load_exercise(name).recipe is not None]


@pytest.mark.parametrize("name", TRAINED)
def test_every_recipe_makes_a_network_that_predicts(name: str) -> None:
    """Untrained, at the sizes of the real run: near a guess, one distribution a character."""
    exercise, few = load_exercise(name), NameData(DATA.words[:300])
    found = recipe(exercise)
    sizes = exercise.sizes | found.sizes
    drawn = make_trial(exercise, few, "training", 3, sizes, torch.float32)
    train, dev, test = splits_of(few, found, sizes)
    characters = [sum(len(word) + 1 for word in words) for words in few.word_splits]
    assert [split.predictions for split in (train, dev, test)] == characters
    network = calibrated(drawn, {name: drawn.inputs[name] for name in found.trained}, train)
    assert 2.5 < split_loss(network, dev) < 6
    for prefix in ("", "a", "anna"):
        logits = network.logits(prefix, few.index_of)
        assert logits.shape == (len(prefix) + 1, len(few.letters))
    # What follows is not seen: the prediction of a prefix is that within a longer one.
    longer, shorter = network.logits("anna", few.index_of), network.logits("an", few.index_of)
    assert torch.allclose(longer[:3], shorter, atol=1e-5)


@pytest.mark.parametrize("name", TRAINED)
def test_a_loss_does_not_depend_on_how_a_split_is_cut(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    exercise, few = load_exercise(name), NameData(DATA.words[:300])
    drawn = make_trial(exercise, few, "training", 3, exercise.sizes, torch.float32)
    train, dev, _ = splits_of(few, recipe(exercise), exercise.sizes)
    network = calibrated(drawn, {name: drawn.inputs[name] for name in exercise.trained}, train)
    whole = split_loss(network, dev)
    monkeypatch.setattr(inference, "PART", 7)
    assert len(dev) % 7 != 0
    assert split_loss(network, dev) == pytest.approx(whole, rel=1e-6)


def test_the_counting_model_is_what_the_bigram_network_comes_down_to() -> None:
    exercise, few = load_exercise("warmup3"), NameData(DATA.words[:300])
    yardstick = recipe(exercise).yardstick
    assert yardstick is not None
    train, dev, _ = splits_of(few, recipe(exercise), exercise.sizes)
    counts = torch.ones(len(few.letters), len(few.letters), dtype=torch.float64)
    for word in few.word_splits[0]:
        for one, other in pairwise("." + word + "."):
            counts[few.index_of[one], few.index_of[other]] += 1
    logs = (counts / counts.sum(1, keepdim=True)).log()
    for split, words in zip((train, dev), few.word_splits, strict=False):
        pairs = [pair for word in words for pair in pairwise("." + word + ".")]
        total = sum(logs[few.index_of[one], few.index_of[other]].item() for one, other in pairs)
        found = yardstick.loss(train.tensors, split.tensors)
        assert found == pytest.approx(-total / len(pairs), rel=1e-5)
    # W that is the logarithm of the counts is the counting model.
    start = real_start(exercise, few, 1)
    network = calibrated(start, {"W": counts.log().float()}, train)
    assert split_loss(network, dev) == pytest.approx(
        yardstick.loss(train.tensors, dev.tensors), rel=1e-5
    )
