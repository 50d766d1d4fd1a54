"""warmup3: Bigrams: a network that learns to count.

One layer, nothing hidden: row i of W holds the logits of what follows character i, and a row of
xenc times W picks one. exp(W) plays the part of the counts of all pairs, and training drives it
there: the loss comes down to that of the model that counts, and no lower, for no bigram model
has a lower one. The L2 term in the loss does what adding a number to every count does: it draws
all of W towards 0, where every character is as likely as any other.

Replace each None by the gradient of the loss with respect to that value; its shape
is given. Every value of the forward pass is at hand under its own name.
Then run: grade warmup3
"""

import torch


def backward(n, strength, xs, ys, xenc, W, logits, counts, counts_sum, probs, picked):
    # loss = -picked.log().mean() + strength * (W**2).mean()
    dpicked = None  # (n,)

    # picked = probs[range(n), ys]
    dprobs = None  # (n, vocab_size)

    # probs = counts / counts_sum
    dcounts_sum = None  # (n, 1)

    # probs = counts / counts_sum
    # counts_sum = counts.sum(1, keepdim=True)
    dcounts = None  # (n, vocab_size)

    # counts = logits.exp()
    dlogits = None  # (n, vocab_size)

    # loss = -picked.log().mean() + strength * (W**2).mean()
    # logits = xenc @ W
    dW = None  # (vocab_size, vocab_size)

    return locals()
