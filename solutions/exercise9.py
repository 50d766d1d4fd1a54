"""The worked answer of exercise9: convolution and max-pooling by hand."""

import torch
import torch.nn.functional as F


def backward(n, width, Xb, Yb, C, P, W1, b1, W2, b2, emb, windows, patches, conv, halves, pooled,
             h, flat, logits):
    dlogits = F.softmax(logits, 1)
    dlogits[range(n), Yb] -= 1
    dlogits /= n
    dflat = dlogits @ W2.T
    dW2 = flat.T @ dlogits
    db2 = dlogits.sum(0)
    dh = dflat.view(h.shape)
    dpooled = (pooled > 0) * dh
    # The larger of two gets it all; one_hot puts its dimension last, hence the transpose.
    dhalves = F.one_hot(halves.max(2).indices, 2).transpose(2, 3) * dpooled.unsqueeze(2)
    dconv = dhalves.reshape(conv.shape)
    # One filter for all positions: to its weights every window is one more row.
    dW1 = patches.flatten(0, 1).T @ dconv.flatten(0, 1)
    db1 = dconv.sum((0, 1))
    dpatches = dconv @ W1.T
    dwindows = dpatches.view(windows.shape)
    # The j-th character of every window at once: windows overlap, so their gradients add up.
    demb = torch.zeros_like(emb)
    for j in range(width):
        demb[:, j : j + windows.shape[1]] += dwindows[:, :, :, j]
    dP = demb.sum(0)
    dC = torch.zeros_like(C)
    dC.index_add_(0, Xb.view(-1), demb.view(-1, C.shape[1]))
    return locals()
