"""Backprop through every chunk.

The whole network (embedding, BatchNorm, tanh, cross-entropy) cut into its atoms:
write the gradient of each, from the loss back to the embedding table.
"""

from grader.course.makemore import OTHER_SIZES, SIZES, network_and_batch

__all__ = ["OTHER_SIZES", "SIZES", "forward", "inputs"]

SOURCE = "Zero to Hero, makemore part 4 (Becoming a Backprop Ninja), exercise 1"
BUILDS_ON = ("warmup4",)
LEARNED = (
    "You have taken a network with BatchNorm apart into 26 gradients: values that are "
    "broadcast, summed, picked from, or read twice.",
    "Whatever a library does in one step can be unfolded like this, and checked line by line.",
)
ALLOWS = ("numpy",)  # numpy.add.at(dC, Xb, demb)
GRADIENTS = (
    "logprobs", "probs", "counts_sum_inv", "counts_sum", "counts", "norm_logits",
    "logit_maxes", "logits", "h", "W2", "b2", "hpreact", "bngain", "bnbias", "bnraw",
    "bnvar_inv", "bnvar", "bndiff2", "bndiff", "bnmeani", "hprebn", "embcat", "W1", "b1",
    "emb", "C",
)
HINTS = {
    "logit_maxes": (
        "norm_logits = logits - logit_maxes: the second operand of a difference gets the negative "
        "of the upstream gradient. One maximum was subtracted from every logit of its row, so its "
        "gradient is a sum of contributions over that row.",
        "All entries come out as 0, up to rounding: subtracting one number from a whole row "
        "changes no probability. The line is judged with other upstream gradients, so writing 0 "
        "does not pass.",
    ),
}

inputs = network_and_batch


def forward(
    n,       # batch size
    Xb,      # (n, block_size), the contexts, as character indices
    Yb,      # (n,), the characters that follow
    C,       # (vocab_size, n_embd)
    W1,      # (block_size * n_embd, n_hidden)
    b1,      # (n_hidden,)
    W2,      # (n_hidden, vocab_size)
    b2,      # (vocab_size,)
    bngain,  # (1, n_hidden)
    bnbias,  # (1, n_hidden)
):
    emb = C[Xb]                                          # (n, block_size, n_embd)
    embcat = emb.view(emb.shape[0], -1)                  # (n, block_size * n_embd)
    hprebn = embcat @ W1 + b1                            # (n, n_hidden)
    bnmeani = 1/n * hprebn.sum(0, keepdim=True)          # (1, n_hidden)
    bndiff = hprebn - bnmeani                            # (n, n_hidden)
    bndiff2 = bndiff**2                                  # (n, n_hidden)
    bnvar = 1/(n-1) * bndiff2.sum(0, keepdim=True)       # (1, n_hidden)
    bnvar_inv = (bnvar + 1e-5)**-0.5                     # (1, n_hidden)
    bnraw = bndiff * bnvar_inv                           # (n, n_hidden)
    hpreact = bngain * bnraw + bnbias                    # (n, n_hidden)
    h = hpreact.tanh()                                   # (n, n_hidden)
    logits = h @ W2 + b2                                 # (n, vocab_size)
    logit_maxes = logits.max(1, keepdim=True).values     # (n, 1)
    norm_logits = logits - logit_maxes                   # (n, vocab_size)
    counts = norm_logits.exp()                           # (n, vocab_size)
    counts_sum = counts.sum(1, keepdim=True)             # (n, 1)
    counts_sum_inv = counts_sum**-1                      # (n, 1)
    probs = counts * counts_sum_inv                      # (n, vocab_size)
    logprobs = probs.log()                               # (n, vocab_size)
    loss = -logprobs[range(n), Yb].mean()                # ()
    return locals()
