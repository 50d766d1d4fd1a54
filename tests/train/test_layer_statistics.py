"""What the diagnostic plots are made of: the learner's layers in a deep stack, beside torch's."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from grader.course.exercise import load_exercise
from grader.course.names import NameData, read_names
from grader.grading import Grader, Options
from grader.render.layer_records import GAINS, LayerStatistics
from grader.syntax.submission import read_submission
from grader.train import layer_statistics as module
from grader.train.layer_statistics import NotMade, layer_statistics
from grader.train.learner import Learner
from grader.workspace import kit
from tests.worked import rewritten, worked

STEPS = 4


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of fork, where pytest has threads
        opened = Grader(NameData(read_names(kit.NAMES)), Options())
    with pytest.MonkeyPatch.context() as patch, opened:
        patch.setattr(module, "STEPS", STEPS)
        yield opened


def made(grader: Grader, source: str, folder: Path) -> list[LayerStatistics]:
    path = folder / "layers.py"
    path.write_text(source, encoding="utf-8")
    stack = load_exercise("warmup5").deep_stack
    assert stack is not None
    learner = Learner(grader.launcher, read_submission(path))
    return list(layer_statistics(learner, stack, grader.data))


@pytest.fixture(scope="module")
def found(grader: Grader, tmp_path_factory: pytest.TempPathFactory) -> list[LayerStatistics]:
    return made(grader, worked("warmup5"), tmp_path_factory.mktemp("stack"))


def autograds(grader: Grader, gain: float) -> tuple[list[float], list[float], float]:
    """Without BatchNorm: deviations of the gradients at each tanh, ratios, the first loss."""
    tensors, directions = module._drawn(grader.data, Options.seed)
    value, kept, weights = tensors["x"][0], [], []
    for at, drawn in enumerate(directions):
        last = at == len(directions) - 1
        weight = (drawn * (0.1 if last else gain) / len(drawn) ** 0.5).requires_grad_()
        weights.append(weight)
        value = value @ weight
        if not last:
            value = value.tanh()
            value.retain_grad()
            kept.append(value)
    loss = torch.nn.functional.cross_entropy(value, tensors["y"][0])
    loss.backward()  # type: ignore[no-untyped-call]
    deviations = [v.grad.std().item() for v in kept if v.grad is not None]
    ratios = [(w.grad.std() / w.std()).item() for w in weights if w.grad is not None]
    return deviations, ratios, loss.item()


@pytest.mark.parametrize("number", range(len(GAINS)))
def test_gradients_and_ratios_are_autograds(
    number: int, grader: Grader, found: list[LayerStatistics]
) -> None:
    deviations, ratios, loss = autograds(grader, GAINS[number])
    stack = found[number]
    assert [layer.gradients.std for layer in stack.layers] == pytest.approx(deviations, rel=1e-4)
    assert stack.gradient_to_data == pytest.approx(ratios, rel=1e-4)
    assert stack.losses[0] == pytest.approx(loss, rel=1e-5)
    assert [step[0] for step in stack.update_to_data] == pytest.approx(
        [module.RATE * ratio for ratio in ratios], rel=1e-4
    )


def test_every_gain_with_and_without_batchnorm(found: list[LayerStatistics]) -> None:
    assert [(s.gain, s.normalised) for s in found] == [
        (gain, normalised) for normalised in (False, True) for gain in GAINS
    ]
    for stack in found:
        assert len(stack.losses) == len(stack.update_to_data[0]) == STEPS
        for layer in stack.layers:
            assert sum(layer.activations.shares) == pytest.approx(1.0)


def test_they_show_what_the_lecture_shows(found: list[LayerStatistics]) -> None:
    small, right, large, *normalised = (
        [layer.activations.std for layer in stack.layers] for stack in found
    )
    assert small == sorted(small, reverse=True)
    assert small[-1] < right[-1] / 2
    assert right[-1] > 0.6
    assert found[2].layers[-1].saturated > 0.3 > 10 * found[0].layers[-1].saturated
    for other in normalised[1:]:
        assert other == pytest.approx(normalised[0], rel=1e-3)
    assert large[-1] > right[-1]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dx = (1 - self.out**2) * dout", "dx = None", "`Tanh.backward` gave no tensor"),
        ("self.out = torch.tanh(x)", "self.out = torch.tanh(x).gone", "line 117: AttributeError"),
        ("class Tanh", "class Tangent", "it defines no class `Tanh`"),
        ("(1 - self.out**2) * dout", "(1 - self.out**2) * dout * float('nan')", "not all finite"),
    ],
)
def test_layers_that_cannot_be_stacked_are_told_so(
    old: str, new: str, said: str, grader: Grader, tmp_path: Path
) -> None:
    with pytest.raises(NotMade, match=said):
        made(grader, rewritten("warmup5", (old, new)), tmp_path)
