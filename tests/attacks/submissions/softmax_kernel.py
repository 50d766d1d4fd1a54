"""Calls what torch's own backward of cross-entropy is made of.

Seen: the kernel has a name of its own in torch, and no graph is needed for it.
"""

import torch
import torch.nn.functional as F

made_of = torch._log_softmax_backward_data


def backward(n, Yb, logits):
    upstream = torch.zeros_like(logits)
    upstream[range(n), Yb] = -1.0 / n
    dlogits = made_of(upstream, F.log_softmax(logits, 1), 1, logits.dtype)
    return locals()
