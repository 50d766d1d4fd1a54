"""Leaves inference mode and lets autograd differentiate.

Seen: the first idea of anybody who knows torch better than calculus.
"""

import torch
import torch.nn.functional as F


def backward(n, Yb, logits):
    with torch.inference_mode(False), torch.enable_grad():
        x = logits.clone().requires_grad_()
        F.cross_entropy(x, Yb).backward()
    return {"dlogits": x.grad}
