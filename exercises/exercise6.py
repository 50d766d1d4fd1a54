"""exercise6: LayerNorm and GELU.

LayerNorm is BatchNorm turned by 90 degrees: mean and variance of each row, over its features,
so that no example sees another. GELU (its tanh form, as GPT-2 has it) is a gate that is not
quite a relu; its input is used three times, and every use contributes to its gradient.

    emb = C[Xb]                                               # (n, block_size, n_embd)
    embcat = emb.view(n, -1)                                  # (n, block_size * n_embd)
    hpreln = embcat @ W1 + b1                                 # (n, n_hidden)
    lnmean = hpreln.mean(1, keepdim=True)                     # (n, 1)
    lndiff = hpreln - lnmean                                  # (n, n_hidden)
    lnvar = (lndiff**2).mean(1, keepdim=True)                 # (n, 1)
    lnvar_inv = (lnvar + 1e-5)**-0.5                          # (n, 1)
    lnraw = lndiff * lnvar_inv                                # (n, n_hidden)
    hpreact = lngain * lnraw + lnbias                         # (n, n_hidden)
    # GELU, the tanh form; the first number is the square root of 2 / pi.
    cube = hpreact**3                                         # (n, n_hidden)
    inner = 0.7978845608028654 * (hpreact + 0.044715 * cube)  # (n, n_hidden)
    gate = inner.tanh()                                       # (n, n_hidden)
    h = 0.5 * hpreact * (1 + gate)                            # (n, n_hidden)
    logits = h @ W2 + b2                                      # (n, vocab_size)
    loss = F.cross_entropy(logits, Yb)                        # ()

Replace each None with the gradient of the loss with respect to that value; its
shape is given, and above it a line that reads the value. Others may read it as
well: look for them above. Every value of the forward pass is available under its
own name.
Then run: grade exercise6
"""

import torch
import torch.nn.functional as F


def backward(n, Xb, Yb, C, W1, b1, lngain, lnbias, W2, b2, emb, embcat, hpreln, lnmean, lndiff,
             lnvar, lnvar_inv, lnraw, hpreact, cube, inner, gate, h, logits):
    # loss = F.cross_entropy(logits, Yb)
    dlogits = None  # (n, vocab_size)

    # logits = h @ W2 + b2
    dh = None  # (n, n_hidden)

    # logits = h @ W2 + b2
    dW2 = None  # (n_hidden, vocab_size)

    # logits = h @ W2 + b2
    db2 = None  # (vocab_size,)

    # h = 0.5 * hpreact * (1 + gate)
    dgate = None  # (n, n_hidden)

    # gate = inner.tanh()
    dinner = None  # (n, n_hidden)

    # inner = 0.7978845608028654 * (hpreact + 0.044715 * cube)
    dcube = None  # (n, n_hidden)

    # h = 0.5 * hpreact * (1 + gate)
    dhpreact = None  # (n, n_hidden)

    # hpreact = lngain * lnraw + lnbias
    dlngain = None  # (n_hidden,)

    # hpreact = lngain * lnraw + lnbias
    dlnbias = None  # (n_hidden,)

    # hpreact = lngain * lnraw + lnbias
    dlnraw = None  # (n, n_hidden)

    # lnraw = lndiff * lnvar_inv
    dlnvar_inv = None  # (n, 1)

    # lnvar_inv = (lnvar + 1e-5)**-0.5
    dlnvar = None  # (n, 1)

    # lnraw = lndiff * lnvar_inv
    dlndiff = None  # (n, n_hidden)

    # lndiff = hpreln - lnmean
    dlnmean = None  # (n, 1)

    # lndiff = hpreln - lnmean
    dhpreln = None  # (n, n_hidden)

    # hpreln = embcat @ W1 + b1
    dW1 = None  # (block_size * n_embd, n_hidden)

    # hpreln = embcat @ W1 + b1
    db1 = None  # (n_hidden,)

    return locals()
