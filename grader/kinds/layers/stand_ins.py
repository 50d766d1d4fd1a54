"""What a layer is handed in the place of the layers that it calls. Runs in the child."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from grader.tensors import close

Step = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class StandInLayer:
    call: Step
    backward: Step

    def __call__(self, value: torch.Tensor) -> torch.Tensor:
        return self.call(value)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        return self.call(value)


def stand_in_layers(
    ends: tuple[torch.Tensor, torch.Tensor],
    returned: torch.Tensor,
    handed: Callable[[Any], None],
) -> list[Any]:
    """Two layers that, called one after the other on the first of `ends`, give the second.

    All are matrices of one shape. Their backward, the second one's first, gives `returned`,
    whatever the second is handed, of which `handed` is told. In another order neither comes out: so
    a layer that calls others is judged by itself, and does not inherit from them. Nor does it where
    the first is not handed what the second gave: two wrong signs would make a right one.
    """
    between = returned.roll(1, 1)
    shift = ends[1] - ends[0].roll(1, 1)

    def last_backward(dout: Any) -> torch.Tensor:
        handed(dout)
        return between.clone()

    def first_backward(dout: torch.Tensor) -> torch.Tensor:
        given = dout.roll(-1, 1)
        return given if close(dout, between) else given + 1.0

    return [
        StandInLayer(lambda x: x.roll(1, 1), first_backward),
        StandInLayer(lambda x: x + shift, last_backward),
    ]
