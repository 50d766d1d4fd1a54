"""Measures dlogits by a step into the imaginary numbers.

Seen: nothing cancels, so the step may be as small as it likes, and the result is exact.
"""

import torch
import torch.nn.functional as F

def backward(n, Yb, logits):
    dlogits = torch.zeros_like(logits)
    for i in range(n):
        for j in range(logits.shape[1]):
            moved = logits[i] + 0j
            moved[j] += 1e-20j
            dlogits[i, j] = (moved.exp().sum().log() - moved[Yb[i]]).imag / 1e-20 / n
    return locals()
