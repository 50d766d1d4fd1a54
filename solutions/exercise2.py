"""The worked answer of exercise2: cross-entropy in one step."""

import torch
import torch.nn.functional as F


def backward(n, Yb, logits):
    # Raise the right logit, lower the others by their probability; the mean brings 1/n.
    dlogits = F.softmax(logits, 1)
    dlogits[range(n), Yb] -= 1
    dlogits /= n
    return locals()
