"""The worked answer of exercise7: causal self-attention."""

import torch
import torch.nn.functional as F


def backward(n, n_heads, head_size, Xb, future, C, P, Wq, Wk, Wv, Wo, bo, dy, x, xq, xk, xv, q, k,
             v, scores, masked, att, out, heard, y):
    dheard = dy @ Wo.T
    # To the weights every position is one more row of the batch.
    dWo = heard.flatten(0, 1).T @ dy.flatten(0, 1)
    dbo = dy.sum((0, 1))
    dout = dheard.view(n, -1, n_heads, head_size).transpose(1, 2)
    datt = dout @ v.transpose(2, 3)
    dv = att.transpose(2, 3) @ dout
    # A softmax: the upstream gradient minus its weighted mean over the row, times the weights.
    dmasked = att * (datt - (att * datt).sum(3, keepdim=True))
    dscores = dmasked.masked_fill(future, 0.0)
    dq = (head_size**-0.5 * dscores) @ k
    dk = (head_size**-0.5 * dscores).transpose(2, 3) @ q
    dxq = dq.transpose(1, 2).reshape(xq.shape)
    dxk = dk.transpose(1, 2).reshape(xk.shape)
    dxv = dv.transpose(1, 2).reshape(xv.shape)
    dWq = x.flatten(0, 1).T @ dxq.flatten(0, 1)
    dWk = x.flatten(0, 1).T @ dxk.flatten(0, 1)
    dWv = x.flatten(0, 1).T @ dxv.flatten(0, 1)
    # x is used three times: as query, as key, as value.
    dx = dxv @ Wv.T
    dx += dxk @ Wk.T
    dx += dxq @ Wq.T
    # P is the same for every example of the batch.
    dP = dx.sum(0)
    dC = torch.zeros_like(C)
    dC.index_add_(0, Xb.view(-1), dx.view(-1, C.shape[1]))
    return locals()
