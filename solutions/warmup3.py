"""The worked answer of warmup3: bigrams, by hand."""

import torch


def backward(n, strength, xs, ys, xenc, W, logits, counts, counts_sum, probs, picked):
    # One more for every pair; a pair may occur many times.
    N = torch.zeros(W.shape, dtype=torch.int64)
    for x, y in zip(xs, ys):
        N[x, y] += 1
    # keepdim: the sums are a column, so that every row is divided by its own.
    P = (N + 1) / (N + 1).sum(1, keepdim=True)
    # The mean brings 1/n, the logarithm 1/picked.
    dpicked = -1 / n / picked
    # One entry of each row was picked; the others do not affect the loss.
    dprobs = torch.zeros_like(probs)
    dprobs[range(n), ys] = dpicked
    # counts_sum divides a whole row: sum the contributions of all its entries.
    dcounts_sum = (-counts / counts_sum**2 * dprobs).sum(1, keepdim=True)
    # counts is used twice: in probs, and in counts_sum.
    dcounts = dprobs / counts_sum
    dcounts += dcounts_sum
    dlogits = counts * dcounts
    # W is used twice: in logits, and in the L2 term, a mean over all its entries.
    dW = xenc.T @ dlogits
    dW += strength * 2 * W / W.numel()
    return locals()
