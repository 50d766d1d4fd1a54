"""The worked answer of exercise5: WaveNet."""

import torch
import torch.nn.functional as F


def backward(n, Xb, Yb, C, W1, bngain1, bnbias1, W2, bngain2, bnbias2, W3, b3, emb, pairs, hprebn1,
             bnmean1, bnvar1, bnvar_inv1, bnraw1, hpreact1, h1, quads, hprebn2, bnmean2, bnvar2,
             bnvar_inv2, bnraw2, hpreact2, h2, h2cat, logits):
    dlogits = F.softmax(logits, 1)
    dlogits[range(n), Yb] -= 1
    dlogits /= n
    dh2cat = dlogits @ W3.T
    dW3 = h2cat.T @ dlogits
    db3 = dlogits.sum(0)
    dh2 = dh2cat.view(h2.shape)
    dhpreact2 = (1.0 - h2**2) * dh2
    # The gain of a channel is used in every row, at every position.
    dbngain2 = (bnraw2 * dhpreact2).sum((0, 1))
    dbnbias2 = dhpreact2.sum((0, 1))
    # As in exercise 3, with a mean over the batch and the positions: m2 entries.
    m2 = hprebn2.shape[0] * hprebn2.shape[1]
    dhprebn2 = bngain2 * bnvar_inv2 / m2 * (
        m2 * dhpreact2
        - dhpreact2.sum((0, 1))
        - m2 / (m2 - 1) * bnraw2 * (dhpreact2 * bnraw2).sum((0, 1))
    )
    dquads = dhprebn2 @ W2.T
    # To the weights every position is one more row of the batch.
    dW2 = quads.flatten(0, 1).T @ dhprebn2.flatten(0, 1)
    dh1 = dquads.view(h1.shape)
    dhpreact1 = (1.0 - h1**2) * dh1
    dbngain1 = (bnraw1 * dhpreact1).sum((0, 1))
    dbnbias1 = dhpreact1.sum((0, 1))
    m1 = hprebn1.shape[0] * hprebn1.shape[1]
    dhprebn1 = bngain1 * bnvar_inv1 / m1 * (
        m1 * dhpreact1
        - dhpreact1.sum((0, 1))
        - m1 / (m1 - 1) * bnraw1 * (dhpreact1 * bnraw1).sum((0, 1))
    )
    dpairs = dhprebn1 @ W1.T
    dW1 = pairs.flatten(0, 1).T @ dhprebn1.flatten(0, 1)
    demb = dpairs.view(emb.shape)
    # index_add_ adds up every use of a row.
    dC = torch.zeros_like(C)
    dC.index_add_(0, Xb.view(-1), demb.view(-1, C.shape[1]))
    return locals()
