"""The worked answer of exercise8: a whole GPT block, tied embeddings included."""

import torch
import torch.nn.functional as F


def backward(n, n_heads, head_size, Xb, Yb, real, future, C, P, lngain1, lnbias1, Wq, Wk, Wv, Wo,
             bo, lngain2, lnbias2, W1, b1, W2, b2, lngain3, lnbias3, x1, lnmean1, lnvar_inv1,
             lnraw1, ln1, xq, xk, xv, q, k, v, scores, masked, att, out, heard, x2, lnmean2,
             lnvar_inv2, lnraw2, ln2, hpreact, inner, gate, h, x3, lnmean3, lnvar_inv3, lnraw3,
             ln3, logits, logprobs, nll):
    # A mean over the real characters: the padding has no weight.
    dnll = real / real.sum()
    # Softmax minus one-hot, as ever; the upstream gradient differs at each position.
    dlogits = (logprobs.exp() - F.one_hot(Yb, C.shape[0])) * dnll.unsqueeze(2)
    dln3 = dlogits @ C
    dlngain3 = (lnraw3 * dln3).sum((0, 1))
    dlnbias3 = dln3.sum((0, 1))
    dlnraw3 = lngain3 * dln3
    # A LayerNorm in one step: the direct path, then those through the mean and the variance.
    dx3 = lnvar_inv3 * (
        dlnraw3
        - dlnraw3.mean(2, keepdim=True)
        - lnraw3 * (lnraw3 * dlnraw3).mean(2, keepdim=True)
    )
    dh = dx3 @ W2.T
    # To the weights every position of every name is one more row.
    dW2 = h.flatten(0, 1).T @ dx3.flatten(0, 1)
    db2 = dx3.sum((0, 1))
    dgate = 0.5 * hpreact * dh
    dinner = (1.0 - gate**2) * dgate
    # hpreact is used three times: once in h, twice in inner.
    dhpreact = 0.5 * (1 + gate) * dh
    dhpreact += 0.7978845608028654 * (1 + 3 * 0.044715 * hpreact**2) * dinner
    dln2 = dhpreact @ W1.T
    dW1 = ln2.flatten(0, 1).T @ dhpreact.flatten(0, 1)
    db1 = dhpreact.sum((0, 1))
    dlngain2 = (lnraw2 * dln2).sum((0, 1))
    dlnbias2 = dln2.sum((0, 1))
    dlnraw2 = lngain2 * dln2
    dx2 = lnvar_inv2 * (
        dlnraw2
        - dlnraw2.mean(2, keepdim=True)
        - lnraw2 * (lnraw2 * dlnraw2).mean(2, keepdim=True)
    )
    # And the residual connection around the MLP: dx3, unchanged.
    dx2 += dx3
    dheard = dx2 @ Wo.T
    dWo = heard.flatten(0, 1).T @ dx2.flatten(0, 1)
    dbo = dx2.sum((0, 1))
    dout = dheard.view(n, -1, n_heads, head_size).transpose(1, 2)
    datt = dout @ v.transpose(2, 3)
    dv = att.transpose(2, 3) @ dout
    # The mask needs no line of its own: where it is, att is 0.
    dscores = att * (datt - (att * datt).sum(3, keepdim=True))
    dq = (head_size**-0.5 * dscores) @ k
    dk = (head_size**-0.5 * dscores).transpose(2, 3) @ q
    dxq = dq.transpose(1, 2).reshape(xq.shape)
    dxk = dk.transpose(1, 2).reshape(xk.shape)
    dxv = dv.transpose(1, 2).reshape(xv.shape)
    dWq = ln1.flatten(0, 1).T @ dxq.flatten(0, 1)
    dWk = ln1.flatten(0, 1).T @ dxk.flatten(0, 1)
    dWv = ln1.flatten(0, 1).T @ dxv.flatten(0, 1)
    dln1 = dxv @ Wv.T
    dln1 += dxk @ Wk.T
    dln1 += dxq @ Wq.T
    dlngain1 = (lnraw1 * dln1).sum((0, 1))
    dlnbias1 = dln1.sum((0, 1))
    dlnraw1 = lngain1 * dln1
    dx1 = lnvar_inv1 * (
        dlnraw1
        - dlnraw1.mean(2, keepdim=True)
        - lnraw1 * (lnraw1 * dlnraw1).mean(2, keepdim=True)
    )
    dx1 += dx2
    # P is the same for every name of the batch.
    dP = dx1.sum(0)
    # C is used twice. At the output it is a matrix: one row for each character.
    dC = dlogits.flatten(0, 1).T @ ln3.flatten(0, 1)
    # At the input it is a table: a row is used each time its character occurs.
    dC.index_add_(0, Xb.view(-1), dx1.view(-1, C.shape[1]))
    return locals()
