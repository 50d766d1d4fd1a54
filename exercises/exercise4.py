"""exercise4: Put together: train with your own gradients.

The fused backward of exercises 2 and 3 for the whole network, and a training run that uses
nothing else: no loss.backward() anywhere.

    emb = C[Xb]                                          # (n, block_size, n_embd)
    embcat = emb.view(emb.shape[0], -1)                  # (n, block_size * n_embd)
    hprebn = embcat @ W1 + b1                            # (n, n_hidden)
    bnmean = hprebn.mean(0, keepdim=True)                # (1, n_hidden)
    bnvar = hprebn.var(0, keepdim=True, unbiased=True)   # (1, n_hidden)
    bnvar_inv = (bnvar + 1e-5)**-0.5                     # (1, n_hidden)
    bnraw = (hprebn - bnmean) * bnvar_inv                # (n, n_hidden)
    hpreact = bngain * bnraw + bnbias                    # (n, n_hidden)
    h = hpreact.tanh()                                   # (n, n_hidden)
    logits = h @ W2 + b2                                 # (n, vocab_size)
    loss = F.cross_entropy(logits, Yb)                   # ()

Replace each None with the gradient of the loss with respect to that value; its
shape is given, and above it a line that reads the value. Others may read it as
well: look for them above. Every value of the forward pass is available under its
own name.
Then run: grade exercise4
"""

import torch
import torch.nn.functional as F


def backward(n, Xb, Yb, C, W1, b1, W2, b2, bngain, bnbias, emb, embcat, hprebn, bnmean, bnvar,
             bnvar_inv, bnraw, hpreact, h, logits):
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

    # hpreact = bngain * bnraw + bnbias
    dbngain = None  # (1, n_hidden)

    # hpreact = bngain * bnraw + bnbias
    dbnbias = None  # (1, n_hidden)

    # hpreact = bngain * bnraw + bnbias
    # bnraw = (hprebn - bnmean) * bnvar_inv
    # bnvar_inv = (bnvar + 1e-5)**-0.5
    # bnvar = hprebn.var(0, keepdim=True, unbiased=True)
    # bnmean = hprebn.mean(0, keepdim=True)
    dhprebn = None  # (n, n_hidden)

    # hprebn = embcat @ W1 + b1
    dembcat = None  # (n, block_size * n_embd)

    # hprebn = embcat @ W1 + b1
    dW1 = None  # (block_size * n_embd, n_hidden)

    # hprebn = embcat @ W1 + b1
    db1 = None  # (n_hidden,)

    # embcat = emb.view(emb.shape[0], -1)
    demb = None  # (n, block_size, n_embd)

    # emb = C[Xb]
    dC = None  # (vocab_size, n_embd)

    return locals()
