"""warmup3: Bigrams: a network that learns to count.

First the counts themselves: how often does each character follow each other one? Each row of
the table, divided by its sum, is a model. Then a network that has to find the same with its
gradients: one layer, nothing hidden. Row i of W holds the logits of what follows character i,
and a row of xenc times W picks one. exp(W) plays the part of the counts of all pairs, and
training drives it there: the loss comes down to that of the counting model and no lower,
because no bigram model has a lower one. The L2 term in the loss does what adding a number to
every count does: it draws all of W towards 0, where every character is as likely as any other.

    logits = xenc @ W                                       # (n, vocab_size)
    counts = logits.exp()                                   # (n, vocab_size)
    counts_sum = counts.sum(1, keepdim=True)                # (n, 1)
    probs = counts / counts_sum                             # (n, vocab_size)
    picked = probs[range(n), ys]                            # (n,)
    loss = -picked.log().mean() + strength * (W**2).mean()  # ()

Replace each None with the gradient of the loss with respect to that value; its
shape is given, and above it a line that reads the value. Others may read it as
well: look for them above. Every value of the forward pass is available under its
own name.
A name without a d is not a gradient: the comment above it says what is asked for.
Then run: grade warmup3
"""

import torch


def backward(n, strength, xs, ys, xenc, W, logits, counts, counts_sum, probs, picked):
    # How often each character (the row) is followed by each other one (the column) in these n
    # pairs.
    N = None  # (vocab_size, vocab_size)

    # The counting model: 1 is added to every count, so that nothing is impossible, then each
    # row is divided by its sum.
    P = None  # (vocab_size, vocab_size)

    # loss = -picked.log().mean() + strength * (W**2).mean()
    dpicked = None  # (n,)

    # picked = probs[range(n), ys]
    dprobs = None  # (n, vocab_size)

    # probs = counts / counts_sum
    dcounts_sum = None  # (n, 1)

    # probs = counts / counts_sum
    dcounts = None  # (n, vocab_size)

    # counts = logits.exp()
    dlogits = None  # (n, vocab_size)

    # loss = -picked.log().mean() + strength * (W**2).mean()
    dW = None  # (vocab_size, vocab_size)

    return locals()
