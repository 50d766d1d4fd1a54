"""exercise7: Causal self-attention.

Every position asks (q), every position answers (k) and has something to say (v); a softmax over
the scores decides how much of each is heard, and the mask hides the future from everybody. With
several heads, a head is one more dimension of the batch: the matrix products are the same.

    x = C[Xb] + P                                           # (n, block_size, n_embd)
    xq = x @ Wq                                             # (n, block_size, n_heads * head_size)
    xk = x @ Wk                                             # (n, block_size, n_heads * head_size)
    xv = x @ Wv                                             # (n, block_size, n_heads * head_size)
    q = xq.view(n, -1, n_heads, head_size).transpose(1, 2)  # (n, n_heads, block_size, head_size)
    k = xk.view(n, -1, n_heads, head_size).transpose(1, 2)  # (n, n_heads, block_size, head_size)
    v = xv.view(n, -1, n_heads, head_size).transpose(1, 2)  # (n, n_heads, block_size, head_size)
    scores = q @ k.transpose(2, 3) * head_size**-0.5        # (n, n_heads, block_size, block_size)
    masked = scores.masked_fill(future, float("-inf"))      # (n, n_heads, block_size, block_size)
    att = F.softmax(masked, 3)                              # (n, n_heads, block_size, block_size)
    out = att @ v                                           # (n, n_heads, block_size, head_size)
    heard = out.transpose(1, 2).flatten(2)                  # (n, block_size, n_heads * head_size)
    y = heard @ Wo + bo                                     # (n, block_size, n_embd)
    loss = (y * dy).sum()                                   # ()

Replace each None with the gradient of the loss with respect to that value; its
shape is given, and above it a line that reads the value. Others may read it as
well: look for them above. Every value of the forward pass is available under its
own name.
Then run: grade exercise7
"""

import torch
import torch.nn.functional as F


def backward(n, n_heads, head_size, Xb, future, C, P, Wq, Wk, Wv, Wo, bo, dy, x, xq, xk, xv, q,
             k, v, scores, masked, att, out, heard, y):
    # loss = (y * dy).sum()
    # y = heard @ Wo + bo
    dheard = None  # (n, block_size, n_heads * head_size)

    # loss = (y * dy).sum()
    # y = heard @ Wo + bo
    dWo = None  # (n_heads * head_size, n_embd)

    # loss = (y * dy).sum()
    # y = heard @ Wo + bo
    dbo = None  # (n_embd,)

    # heard = out.transpose(1, 2).flatten(2)
    dout = None  # (n, n_heads, block_size, head_size)

    # out = att @ v
    datt = None  # (n, n_heads, block_size, block_size)

    # out = att @ v
    dv = None  # (n, n_heads, block_size, head_size)

    # att = F.softmax(masked, 3)
    dmasked = None  # (n, n_heads, block_size, block_size)

    # masked = scores.masked_fill(future, float("-inf"))
    dscores = None  # (n, n_heads, block_size, block_size)

    # scores = q @ k.transpose(2, 3) * head_size**-0.5
    dq = None  # (n, n_heads, block_size, head_size)

    # scores = q @ k.transpose(2, 3) * head_size**-0.5
    dk = None  # (n, n_heads, block_size, head_size)

    # q = xq.view(n, -1, n_heads, head_size).transpose(1, 2)
    dxq = None  # (n, block_size, n_heads * head_size)

    # k = xk.view(n, -1, n_heads, head_size).transpose(1, 2)
    dxk = None  # (n, block_size, n_heads * head_size)

    # v = xv.view(n, -1, n_heads, head_size).transpose(1, 2)
    dxv = None  # (n, block_size, n_heads * head_size)

    # xq = x @ Wq
    dWq = None  # (n_embd, n_heads * head_size)

    # xk = x @ Wk
    dWk = None  # (n_embd, n_heads * head_size)

    # xv = x @ Wv
    dWv = None  # (n_embd, n_heads * head_size)

    # xv = x @ Wv
    dx = None  # (n, block_size, n_embd)

    # x = C[Xb] + P
    dP = None  # (block_size, n_embd)

    # x = C[Xb] + P
    dC = None  # (vocab_size, n_embd)

    return locals()
