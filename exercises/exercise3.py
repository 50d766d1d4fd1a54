"""exercise3: BatchNorm in one step.

From hpreact to hprebn with one expression, given the gradient of hpreact.

    bnmeani = hprebn.mean(0, keepdim=True)               # (1, n_hidden)
    bnvar = hprebn.var(0, keepdim=True, unbiased=True)   # (1, n_hidden)
    bnvar_inv = (bnvar + 1e-5)**-0.5                     # (1, n_hidden)
    bnraw = (hprebn - bnmeani) * bnvar_inv               # (n, n_hidden)
    hpreact = bngain * bnraw + bnbias                    # (n, n_hidden)
    loss = (hpreact * dhpreact).sum()                    # ()

Replace each None with the gradient of the loss with respect to that value; its
shape is given, and above it a line that reads the value. Others may read it as
well: look for them above. Every value of the forward pass is available under its
own name.
Then run: grade exercise3
"""

import torch
import torch.nn.functional as F


def backward(n, hprebn, bngain, bnbias, dhpreact, bnmeani, bnvar, bnvar_inv, bnraw, hpreact):
    # loss = (hpreact * dhpreact).sum()
    # hpreact = bngain * bnraw + bnbias
    # bnraw = (hprebn - bnmeani) * bnvar_inv
    # bnvar_inv = (bnvar + 1e-5)**-0.5
    # bnvar = hprebn.var(0, keepdim=True, unbiased=True)
    # bnmeani = hprebn.mean(0, keepdim=True)
    dhprebn = None  # (n, n_hidden)

    return locals()
