"""Ask a child for what its layers do in a deep stack, and sum it up for the plots.

The parent draws weights and batches, so that two submissions are seen on the same ones.
"""

from collections.abc import Iterator
from itertools import pairwise

import torch

from grader.bench.secret_inputs import LECTURE_SEED
from grader.course.makemore import contexts
from grader.course.names import NameData
from grader.kinds.layers import DeepStack
from grader.protocol.messages import Answer, Ended
from grader.render.layer_records import GAINS, SATURATED, LayerStatistics, Spread, TanhLayer
from grader.render.messages import ended_sentence, raised_sentence
from grader.train.learner import Learner

HIDDEN, WIDTH, N_EMBD, BLOCK_SIZE = 5, 100, 10, 3  # the lecture's
BATCH, STEPS, RATE = 32, 200, 0.1
BINS = 40
LARGEST = 1e15  # of what a network of this size gives; float32 squares it without overflow
KEPT = ("activations", "gradients", "ratios", "updates", "losses")


class NotMade(Exception):
    """The layers could not be run as a stack: a sentence."""


def layer_statistics(
    learner: Learner, stack: DeepStack, data: NameData, seed: int = LECTURE_SEED
) -> Iterator[LayerStatistics]:
    """Those of one network for each gain, without BatchNorm and with it.

    Raises NotMade, and GraderFailure where no child can be started.
    """
    tensors, directions = _drawn(data, seed)
    for normalised in (False, True):
        for gain in GAINS:
            weights = {
                f"weight{at}": weight * (0.1 if at == HIDDEN else gain) / len(weight) ** 0.5
                for at, weight in enumerate(directions)
            }
            numbers = {"rate": RATE, "normalised": normalised}
            answer = learner.run_deep_stack(stack, KEPT, numbers, tensors | weights)
            yield _summed_up(gain, normalised, _checked(answer))


def _drawn(data: NameData, seed: int) -> tuple[dict[str, torch.Tensor], list[torch.Tensor]]:
    """Batches of embedded names, and the weights before they are scaled."""
    generator = torch.Generator().manual_seed(seed)
    sizes = {"block_size": BLOCK_SIZE}
    examples = contexts(data.words[:2000], data.index_of, sizes)
    table = torch.randn(len(data.letters), N_EMBD, generator=generator)
    picked = torch.randint(0, len(examples["Yb"]), (STEPS, BATCH), generator=generator)
    widths = [N_EMBD * BLOCK_SIZE, *[WIDTH] * HIDDEN, len(data.letters)]
    weights = [
        torch.randn(fan_in, fan_out, generator=generator) for fan_in, fan_out in pairwise(widths)
    ]
    x = table[examples["Xb"][picked]].view(STEPS, BATCH, -1)
    return {"x": x, "y": examples["Yb"][picked]}, weights


def _checked(answer: Answer | Ended) -> dict[str, torch.Tensor]:
    """Raises NotMade for what is missing, misshapen or not finite."""
    if isinstance(answer, Ended):
        raise NotMade(ended_sentence(answer))
    if answer.unusable is not None:
        raise NotMade(answer.unusable)
    if answer.raised is not None:
        raise NotMade(raised_sentence(answer.raised))
    layer = (HIDDEN, BATCH, WIDTH)
    expected = {
        "activations": layer,
        "gradients": layer,
        "ratios": (HIDDEN + 1,),
        "updates": (STEPS, HIDDEN + 1),
        "losses": (STEPS,),
    }
    for name, shape in expected.items():
        tensor = answer.gradients.get(name)
        if tensor is None or tensor.shape != shape or not tensor.is_floating_point():
            raise NotMade(f"the layers' {name} are not of shape {shape}.")
        if not (tensor.abs() < LARGEST).all():  # NaN is not smaller
            raise NotMade(f"the layers' {name} are not all finite.")
    return dict(answer.gradients)


def _summed_up(gain: float, normalised: bool, found: dict[str, torch.Tensor]) -> LayerStatistics:
    # One width for all layers, so that they can be laid over one another.
    widest = max(4 * found["gradients"].std((1, 2)).max().item(), 1e-30)
    layers = []
    for activations, gradients in zip(found["activations"], found["gradients"], strict=True):
        beyond = activations.abs() > SATURATED
        layers.append(
            TanhLayer(
                activations=_spread(activations, 1.0),
                saturated=beyond.float().mean().item(),
                dead=int(beyond.all(0).sum()),
                gradients=_spread(gradients, widest),
            )
        )
    return LayerStatistics(
        gain=gain,
        normalised=normalised,
        layers=tuple(layers),
        gradient_to_data=tuple(found["ratios"].tolist()),
        update_to_data=tuple(map(tuple, found["updates"].T.tolist())),
        losses=tuple(found["losses"].tolist()),
    )


def _spread(tensor: torch.Tensor, widest: float) -> Spread:
    counts = torch.histc(tensor.float(), BINS, -widest, widest)
    shares = (counts / tensor.numel()).tolist()
    return Spread(-widest, widest, tuple(shares), tensor.mean().item(), tensor.std().item())
