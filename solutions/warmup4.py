"""The worked answer of warmup4: the network of Bengio et al., by hand."""

import torch
import torch.nn.functional as F


def backward(n, Xb, Yb, C, W1, b1, W2, b2, emb, embcat, hpreact, h, logits):
    # The probabilities, minus 1 at the right characters; the mean brings 1/n.
    dlogits = F.softmax(logits, 1)
    dlogits[range(n), Yb] -= 1
    dlogits /= n
    # The shapes leave one way to multiply: (n, vocab) @ (vocab, hidden) -> (n, hidden).
    dh = dlogits @ W2.T
    dW2 = h.T @ dlogits
    # b2 is added to every row: its gradient is the sum over the rows.
    db2 = dlogits.sum(0)
    dhpreact = (1.0 - h**2) * dh
    dembcat = dhpreact @ W1.T
    dW1 = embcat.T @ dhpreact
    db1 = dhpreact.sum(0)
    demb = dembcat.view(emb.shape)
    # A row of C is used once for every time its character occurs in Xb: add them all up.
    dC = torch.zeros_like(C)
    for k in range(Xb.shape[0]):
        for j in range(Xb.shape[1]):
            dC[Xb[k, j]] += demb[k, j]
    return locals()
