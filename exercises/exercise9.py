"""exercise9: Convolution and max-pooling by hand.

A convolution is one small matrix, applied at every position to a window of characters. Windows
overlap: a character is part of several, and each of them adds to its gradient. Max-pooling
keeps the larger of two neighbours, and only that one gets a gradient.

    emb = C[Xb] + P                                     # (n, 2 * n_pools + width - 1, n_embd)
    windows = emb.unfold(1, width, 1)                   # (n, 2 * n_pools, n_embd, width)
    patches = windows.reshape(n, windows.shape[1], -1)  # (n, 2 * n_pools, n_embd * width)
    conv = patches @ W1 + b1                            # (n, 2 * n_pools, n_filters)
    halves = conv.view(n, conv.shape[1] // 2, 2, -1)    # (n, n_pools, 2, n_filters)
    pooled = halves.max(2).values                       # (n, n_pools, n_filters)
    h = pooled.relu()                                   # (n, n_pools, n_filters)
    flat = h.view(n, -1)                                # (n, n_pools * n_filters)
    logits = flat @ W2 + b2                             # (n, vocab_size)
    loss = F.cross_entropy(logits, Yb)                  # ()

Replace each None with the gradient of the loss with respect to that value; its
shape is given, and above it a line that reads the value. Others may read it as
well: look for them above. Every value of the forward pass is available under its
own name.
Then run: grade exercise9
"""

import torch
import torch.nn.functional as F


def backward(n, width, Xb, Yb, C, P, W1, b1, W2, b2, emb, windows, patches, conv, halves,
             pooled, h, flat, logits):
    # loss = F.cross_entropy(logits, Yb)
    dlogits = None  # (n, vocab_size)

    # logits = flat @ W2 + b2
    dflat = None  # (n, n_pools * n_filters)

    # logits = flat @ W2 + b2
    dW2 = None  # (n_pools * n_filters, vocab_size)

    # logits = flat @ W2 + b2
    db2 = None  # (vocab_size,)

    # flat = h.view(n, -1)
    dh = None  # (n, n_pools, n_filters)

    # h = pooled.relu()
    dpooled = None  # (n, n_pools, n_filters)

    # pooled = halves.max(2).values
    dhalves = None  # (n, n_pools, 2, n_filters)

    # halves = conv.view(n, conv.shape[1] // 2, 2, -1)
    dconv = None  # (n, 2 * n_pools, n_filters)

    # conv = patches @ W1 + b1
    dW1 = None  # (n_embd * width, n_filters)

    # conv = patches @ W1 + b1
    db1 = None  # (n_filters,)

    # conv = patches @ W1 + b1
    dpatches = None  # (n, 2 * n_pools, n_embd * width)

    # patches = windows.reshape(n, windows.shape[1], -1)
    dwindows = None  # (n, 2 * n_pools, n_embd, width)

    # windows = emb.unfold(1, width, 1)
    demb = None  # (n, 2 * n_pools + width - 1, n_embd)

    # emb = C[Xb] + P
    dP = None  # (2 * n_pools + width - 1, n_embd)

    # emb = C[Xb] + P
    dC = None  # (vocab_size, n_embd)

    return locals()
