"""exercise2: Cross-entropy in one step.

From the loss to the logits with one short expression, instead of eight chunks.

Replace each None with the gradient of the loss with respect to that value; its
shape is given. Every value of the forward pass is available under its own name.
Then run: grade exercise2
"""

import torch
import torch.nn.functional as F


def backward(n, Yb, logits):
    # loss = F.cross_entropy(logits, Yb)
    dlogits = None  # (n, vocab_size)

    return locals()
