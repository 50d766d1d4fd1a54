"""exercise5: WaveNet: eight characters, merged two by two.

Eight characters are merged into four pairs, the pairs into two quads, and the quads at the
output, so that no layer squashes all of them at once. A matrix product now has a batch of
positions, and BatchNorm takes its mean over two dimensions: what was a column has n times as
many entries as there are positions.

    emb = C[Xb]                                   # (n, 4 * n_quads, n_embd)
    pairs = emb.view(n, emb.shape[1] // 2, -1)    # (n, 2 * n_quads, 2 * n_embd)
    hprebn1 = pairs @ W1                          # (n, 2 * n_quads, n_hidden1)
    bnmean1 = hprebn1.mean((0, 1), keepdim=True)  # (1, 1, n_hidden1)
    bnvar1 = hprebn1.var((0, 1), keepdim=True)    # (1, 1, n_hidden1)
    bnvar_inv1 = (bnvar1 + 1e-5) ** -0.5          # (1, 1, n_hidden1)
    bnraw1 = (hprebn1 - bnmean1) * bnvar_inv1     # (n, 2 * n_quads, n_hidden1)
    hpreact1 = bngain1 * bnraw1 + bnbias1         # (n, 2 * n_quads, n_hidden1)
    h1 = hpreact1.tanh()                          # (n, 2 * n_quads, n_hidden1)
    quads = h1.view(n, h1.shape[1] // 2, -1)      # (n, n_quads, 2 * n_hidden1)
    hprebn2 = quads @ W2                          # (n, n_quads, n_hidden2)
    bnmean2 = hprebn2.mean((0, 1), keepdim=True)  # (1, 1, n_hidden2)
    bnvar2 = hprebn2.var((0, 1), keepdim=True)    # (1, 1, n_hidden2)
    bnvar_inv2 = (bnvar2 + 1e-5) ** -0.5          # (1, 1, n_hidden2)
    bnraw2 = (hprebn2 - bnmean2) * bnvar_inv2     # (n, n_quads, n_hidden2)
    hpreact2 = bngain2 * bnraw2 + bnbias2         # (n, n_quads, n_hidden2)
    h2 = hpreact2.tanh()                          # (n, n_quads, n_hidden2)
    h2cat = h2.view(n, -1)                        # (n, n_quads * n_hidden2)
    logits = h2cat @ W3 + b3                      # (n, vocab_size)
    loss = F.cross_entropy(logits, Yb)            # ()

Replace each None with the gradient of the loss with respect to that value; its
shape is given, and above it a line that reads the value. Others may read it as
well: look for them above. Every value of the forward pass is available under its
own name.
Then run: grade exercise5
"""

import torch
import torch.nn.functional as F


def backward(n, Xb, Yb, C, W1, bngain1, bnbias1, W2, bngain2, bnbias2, W3, b3, emb, pairs,
             hprebn1, bnmean1, bnvar1, bnvar_inv1, bnraw1, hpreact1, h1, quads, hprebn2,
             bnmean2, bnvar2, bnvar_inv2, bnraw2, hpreact2, h2, h2cat, logits):
    # loss = F.cross_entropy(logits, Yb)
    dlogits = None  # (n, vocab_size)

    # logits = h2cat @ W3 + b3
    dh2cat = None  # (n, n_quads * n_hidden2)

    # logits = h2cat @ W3 + b3
    dW3 = None  # (n_quads * n_hidden2, vocab_size)

    # logits = h2cat @ W3 + b3
    db3 = None  # (vocab_size,)

    # h2cat = h2.view(n, -1)
    dh2 = None  # (n, n_quads, n_hidden2)

    # h2 = hpreact2.tanh()
    dhpreact2 = None  # (n, n_quads, n_hidden2)

    # hpreact2 = bngain2 * bnraw2 + bnbias2
    dbngain2 = None  # (n_hidden2,)

    # hpreact2 = bngain2 * bnraw2 + bnbias2
    dbnbias2 = None  # (n_hidden2,)

    # hpreact2 = bngain2 * bnraw2 + bnbias2
    # bnraw2 = (hprebn2 - bnmean2) * bnvar_inv2
    # bnvar_inv2 = (bnvar2 + 1e-5) ** -0.5
    # bnvar2 = hprebn2.var((0, 1), keepdim=True)
    # bnmean2 = hprebn2.mean((0, 1), keepdim=True)
    dhprebn2 = None  # (n, n_quads, n_hidden2)

    # hprebn2 = quads @ W2
    dquads = None  # (n, n_quads, 2 * n_hidden1)

    # hprebn2 = quads @ W2
    dW2 = None  # (2 * n_hidden1, n_hidden2)

    # quads = h1.view(n, h1.shape[1] // 2, -1)
    dh1 = None  # (n, 2 * n_quads, n_hidden1)

    # h1 = hpreact1.tanh()
    dhpreact1 = None  # (n, 2 * n_quads, n_hidden1)

    # hpreact1 = bngain1 * bnraw1 + bnbias1
    dbngain1 = None  # (n_hidden1,)

    # hpreact1 = bngain1 * bnraw1 + bnbias1
    dbnbias1 = None  # (n_hidden1,)

    # hpreact1 = bngain1 * bnraw1 + bnbias1
    # bnraw1 = (hprebn1 - bnmean1) * bnvar_inv1
    # bnvar_inv1 = (bnvar1 + 1e-5) ** -0.5
    # bnvar1 = hprebn1.var((0, 1), keepdim=True)
    # bnmean1 = hprebn1.mean((0, 1), keepdim=True)
    dhprebn1 = None  # (n, 2 * n_quads, n_hidden1)

    # hprebn1 = pairs @ W1
    dpairs = None  # (n, 2 * n_quads, 2 * n_embd)

    # hprebn1 = pairs @ W1
    dW1 = None  # (2 * n_embd, n_hidden1)

    # pairs = emb.view(n, emb.shape[1] // 2, -1)
    demb = None  # (n, 4 * n_quads, n_embd)

    # emb = C[Xb]
    dC = None  # (vocab_size, n_embd)

    return locals()
