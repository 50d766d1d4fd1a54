"""A trained network put to use: calibration, losses of the splits, sampled names."""

import pytest
import torch
import torch.nn.functional as F

from grader import kit
from grader.exercise import load_exercise
from grader.inference import LONGEST, PART, Network, calibrated, sample, split_loss
from grader.names import NameData, read_names
from grader.splits import Split, as_tensors
from grader.trial import Tensors, make_trial

EXERCISE = load_exercise("exercise4")
DATA = NameData(read_names(kit.NAMES))
TRAIN, DEV, _ = (as_tensors(examples) for examples in DATA.split(3))


def parameters() -> Tensors:
    start = make_trial(EXERCISE, DATA, "training", 3, EXERCISE.sizes, torch.float32)
    return {name: start.inputs[name] for name in EXERCISE.trained}


@pytest.fixture(scope="module")
def network() -> Network:
    return calibrated(EXERCISE, parameters(), TRAIN)


def hprebn(given: Tensors, split: Split) -> torch.Tensor:
    return given["C"][split.contexts].view(len(split), -1) @ given["W1"] + given["b1"]


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
    expected = F.cross_entropy(torch.tanh(hpreact) @ given["W2"] + given["b2"], DEV.targets)
    assert len(DEV) % PART != 0  # the last part weighs less
    assert split_loss(network, DEV) == pytest.approx(expected.item(), rel=1e-5)


def test_one_example_alone_needs_no_batch(network: Network) -> None:
    one = Split(DEV.contexts[:1], DEV.targets[:1])
    batch = Split(DEV.contexts[:9], DEV.targets[:9])
    assert torch.allclose(
        network.value("logits", one), network.value("logits", batch)[:1], atol=1e-5
    )


def test_samples_come_again_with_their_seed(network: Network) -> None:
    names = sample(network, DATA.letters, 3, seed=11, count=20)
    assert names == sample(network, DATA.letters, 3, seed=11, count=20)
    assert names != sample(network, DATA.letters, 3, seed=12, count=20)
    assert len(names) == 20
    assert set("".join(names)) <= set(DATA.letters[1:])


def test_a_name_that_never_ends_is_cut(network: Network) -> None:
    endless = {**network.fixed, "b2": network.fixed["b2"].index_fill(0, torch.tensor(0), -1e9)}
    names = sample(Network(EXERCISE, endless), DATA.letters, 3, seed=1, count=2)
    assert [len(name) for name in names] == [LONGEST, LONGEST]


def test_numbers_beyond_float32_make_no_name(network: Network) -> None:
    broken = {**network.fixed, "b2": torch.full((27,), float("inf"))}
    assert sample(Network(EXERCISE, broken), DATA.letters, 3, seed=1, count=2) == ["", ""]
