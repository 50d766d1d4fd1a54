"""What a layer is handed in the place of the layers that it calls. Runs in the child."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from grader.kinds.layers import Stage

OfName = Callable[[str], torch.Tensor]
Step = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class StandInLayer:
    """Right by itself: it gives the forward pass's value and a stand-in for the gradient."""

    call: Step
    backward: Step

    def __call__(self, value: torch.Tensor) -> torch.Tensor:
        return self.call(value)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        return self.call(value)


def stand_in_layers(stage: Stage, value: OfName, upstream: OfName) -> list[Any]:
    """Two layers that, called one after the other, give what those inside the stage give.

    Their backward, the second one's first and on the stage's own upstream gradient, gives the
    stand-in for what is returned by those inside. In another order, or on another gradient,
    neither comes out: so it is told from the layer alone whether it passes on the right things.
    """
    reads, gives = value(stage.inside[0].reads), value(stage.inside[-1].gives)
    returned, given = upstream(stage.inside[0].reads), upstream(stage.gives)
    shift = gives - reads.roll(1, 1)
    scale = returned.roll(1, 1) / given

    return [
        StandInLayer(lambda x: x.roll(1, 1), lambda dout: dout.roll(-1, 1)),
        StandInLayer(lambda x: x + shift, lambda dout: dout * scale),
    ]
