"""exercise1: Backprop through every chunk.

The whole network (embedding, BatchNorm, tanh, cross-entropy) cut into its atoms: write the
gradient of each, from the loss back to the embedding table.

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

Replace each None with the gradient of the loss with respect to that value; its
shape is given, and above it a line that reads the value. Others may read it as
well: look for them above. Every value of the forward pass is available under its
own name.
Then run: grade exercise1
"""

import torch
import torch.nn.functional as F


def backward(n, Xb, Yb, C, W1, b1, W2, b2, bngain, bnbias, emb, embcat, hprebn, bnmeani, bndiff,
             bndiff2, bnvar, bnvar_inv, bnraw, hpreact, h, logits, logit_maxes, norm_logits,
             counts, counts_sum, counts_sum_inv, probs, logprobs):
    # loss = -logprobs[range(n), Yb].mean()
    dlogprobs = None  # (n, vocab_size)

    # logprobs = probs.log()
    dprobs = None  # (n, vocab_size)

    # probs = counts * counts_sum_inv
    dcounts_sum_inv = None  # (n, 1)

    # counts_sum_inv = counts_sum**-1
    dcounts_sum = None  # (n, 1)

    # probs = counts * counts_sum_inv
    dcounts = None  # (n, vocab_size)

    # counts = norm_logits.exp()
    dnorm_logits = None  # (n, vocab_size)

    # norm_logits = logits - logit_maxes
    dlogit_maxes = None  # (n, 1)

    # norm_logits = logits - logit_maxes
    dlogits = None  # (n, vocab_size)

    # logits = h @ W2 + b2
    dh = None  # (n, n_hidden)

    # logits = h @ W2 + b2
    dW2 = None  # (n_hidden, vocab_size)

    # logits = h @ W2 + b2
    db2 = None  # (vocab_size,)

    # h = hpreact.tanh()
    dhpreact = None  # (n, n_hidden)

    # hpreact = bngain * bnraw + bnbias
    dbngain = None  # (1, n_hidden)

    # hpreact = bngain * bnraw + bnbias
    dbnbias = None  # (1, n_hidden)

    # hpreact = bngain * bnraw + bnbias
    dbnraw = None  # (n, n_hidden)

    # bnraw = bndiff * bnvar_inv
    dbnvar_inv = None  # (1, n_hidden)

    # bnvar_inv = (bnvar + 1e-5)**-0.5
    dbnvar = None  # (1, n_hidden)

    # bnvar = 1/(n-1) * bndiff2.sum(0, keepdim=True)
    dbndiff2 = None  # (n, n_hidden)

    # bnraw = bndiff * bnvar_inv
    dbndiff = None  # (n, n_hidden)

    # bndiff = hprebn - bnmeani
    dbnmeani = None  # (1, n_hidden)

    # bndiff = hprebn - bnmeani
    dhprebn = None  # (n, n_hidden)

    # hprebn = embcat @ W1 + b1
    dembcat = None  # (n, block_size * n_embd)

    # hprebn = embcat @ W1 + b1
    dW1 = None  # (block_size * n_embd, n_hidden)

    # hprebn = embcat @ W1 + b1
    db1 = None  # (n_hidden,)

    # embcat = emb.view(emb.shape[0], -1)
    demb = None  # (n, block_size, n_embd)

    # emb = C[Xb]
    dC = None  # (vocab_size, n_embd)

    return locals()
