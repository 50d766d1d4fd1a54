"""Raises on a line that names a tensor whose shape, when it is asked for, loops.

Seen: error messages that show the shapes of what a line names, worked out after the alarm.
"""

import torch


class Odd(torch.Tensor):
    @property
    def shape(self):
        while True:
            pass


def backward(n, logits):
    odd = logits.as_subclass(Odd)
    raise ValueError(odd is None or 1)
