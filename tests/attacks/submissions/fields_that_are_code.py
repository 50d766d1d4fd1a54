"""Writes code where a dataclass has its annotations, and a name that is a line of code.

Seen: dataclasses puts the text of its methods together, and has Python run it.
"""

from dataclasses import dataclass, field

import torch


@dataclass
class Layer:
    weight: "__import__('os').system('touch /tmp/handgrad_attack_fields')" = 0
    bias: "typing.ClassVar[print('FOUND')]" = field(default_factory=list)


setattr(Layer, "x=0):\n  print('FOUND')\n def y(", 1)


def backward(logits):
    layer = Layer()
    dlogits = torch.zeros_like(logits) + layer.weight
    return locals()
