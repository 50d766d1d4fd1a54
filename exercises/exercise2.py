"""exercise2: Cross-entropy in one step.

From the loss to the logits with one short expression, instead of eight chunks.

    loss = F.cross_entropy(logits, Yb)                   # ()

Replace each None with the gradient of the loss with respect to that value; its
shape is given, and above it a line that reads the value. Others may read it as
well: look for them above. Every value of the forward pass is available under its
own name.
Then run: grade exercise2
"""

import torch
import torch.nn.functional as F


def backward(n, Yb, logits):
    # loss = F.cross_entropy(logits, Yb)
    dlogits = None  # (n, vocab_size)

    return locals()
