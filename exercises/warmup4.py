"""warmup4: The network of Bengio et al. (2003), by hand.

Each character of the context becomes a vector, a hidden layer reads the vectors side by side,
and a softmax predicts the next one: the network of the following exercises, still without
BatchNorm, and with a first backward pass in large steps.

    emb = C[Xb]                         # (n, block_size, n_embd)
    embcat = emb.view(n, -1)            # (n, block_size * n_embd)
    hpreact = embcat @ W1 + b1          # (n, n_hidden)
    h = hpreact.tanh()                  # (n, n_hidden)
    logits = h @ W2 + b2                # (n, vocab_size)
    loss = F.cross_entropy(logits, Yb)  # ()

Replace each None with the gradient of the loss with respect to that value; its
shape is given, and above it a line that reads the value. Others may read it as
well: look for them above. Every value of the forward pass is available under its
own name.
Then run: grade warmup4
"""

import torch
import torch.nn.functional as F


def backward(n, Xb, Yb, C, W1, b1, W2, b2, emb, embcat, hpreact, h, logits):
    # loss = F.cross_entropy(logits, Yb)
    dlogits = None  # (n, vocab_size)

    # logits = h @ W2 + b2
    dh = None  # (n, n_hidden)

    # logits = h @ W2 + b2
    dW2 = None  # (n_hidden, vocab_size)

    # logits = h @ W2 + b2
    db2 = None  # (vocab_size,)

    # h = hpreact.tanh()
    dhpreact = None  # (n, n_hidden)

    # hpreact = embcat @ W1 + b1
    dembcat = None  # (n, block_size * n_embd)

    # hpreact = embcat @ W1 + b1
    dW1 = None  # (block_size * n_embd, n_hidden)

    # hpreact = embcat @ W1 + b1
    db1 = None  # (n_hidden,)

    # embcat = emb.view(n, -1)
    demb = None  # (n, block_size, n_embd)

    # emb = C[Xb]
    dC = None  # (vocab_size, n_embd)

    return locals()
