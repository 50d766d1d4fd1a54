"""exercise8: A whole GPT block, tied embeddings included.

A small GPT: one table of vectors is used for the characters at the input and at the output;
between the two, a block of attention and an MLP, each with a LayerNorm in front and a residual
connection around it. The pieces are those of exercises 2, 6 and 7. What is new is that values
have uses that lie far apart: the table has two, and every x has one in the block and one around
it.

    x1 = C[Xb] + P  # (n, block_size, n_embd)
    # Attention, on a normalised x1, and a residual connection.
    lnmean1 = x1.mean(2, keepdim=True)                                   # (n, block_size, 1)
    lnvar_inv1 = (x1.var(2, keepdim=True, unbiased=False) + 1e-5)**-0.5  # (n, block_size, 1)
    lnraw1 = (x1 - lnmean1) * lnvar_inv1                                 # (n, block_size, n_embd)
    ln1 = lngain1 * lnraw1 + lnbias1                                     # (n, block_size, n_embd)
    xq = ln1 @ Wq                                           # (n, block_size, n_heads * head_size)
    xk = ln1 @ Wk                                           # (n, block_size, n_heads * head_size)
    xv = ln1 @ Wv                                           # (n, block_size, n_heads * head_size)
    q = xq.view(n, -1, n_heads, head_size).transpose(1, 2)  # (n, n_heads, block_size, head_size)
    k = xk.view(n, -1, n_heads, head_size).transpose(1, 2)  # (n, n_heads, block_size, head_size)
    v = xv.view(n, -1, n_heads, head_size).transpose(1, 2)  # (n, n_heads, block_size, head_size)
    scores = q @ k.transpose(2, 3) * head_size**-0.5        # (n, n_heads, block_size, block_size)
    masked = scores.masked_fill(future, float("-inf"))      # (n, n_heads, block_size, block_size)
    att = F.softmax(masked, 3)                              # (n, n_heads, block_size, block_size)
    out = att @ v                                           # (n, n_heads, block_size, head_size)
    heard = out.transpose(1, 2).flatten(2)                  # (n, block_size, n_heads * head_size)
    x2 = x1 + heard @ Wo + bo                               # (n, block_size, n_embd)
    # The MLP, on a normalised x2, and a residual connection.
    lnmean2 = x2.mean(2, keepdim=True)                                   # (n, block_size, 1)
    lnvar_inv2 = (x2.var(2, keepdim=True, unbiased=False) + 1e-5)**-0.5  # (n, block_size, 1)
    lnraw2 = (x2 - lnmean2) * lnvar_inv2                                 # (n, block_size, n_embd)
    ln2 = lngain2 * lnraw2 + lnbias2                                     # (n, block_size, n_embd)
    hpreact = ln2 @ W1 + b1                                         # (n, block_size, n_mlp)
    inner = 0.7978845608028654 * (hpreact + 0.044715 * hpreact**3)  # (n, block_size, n_mlp)
    gate = inner.tanh()                                             # (n, block_size, n_mlp)
    h = 0.5 * hpreact * (1 + gate)                                  # (n, block_size, n_mlp)
    x3 = x2 + h @ W2 + b2                                           # (n, block_size, n_embd)
    # The output, with the table of the input.
    lnmean3 = x3.mean(2, keepdim=True)                                   # (n, block_size, 1)
    lnvar_inv3 = (x3.var(2, keepdim=True, unbiased=False) + 1e-5)**-0.5  # (n, block_size, 1)
    lnraw3 = (x3 - lnmean3) * lnvar_inv3                                 # (n, block_size, n_embd)
    ln3 = lngain3 * lnraw3 + lnbias3                                     # (n, block_size, n_embd)
    logits = ln3 @ C.T                                     # (n, block_size, vocab_size)
    logprobs = F.log_softmax(logits, 2)                    # (n, block_size, vocab_size)
    nll = -logprobs.gather(2, Yb.unsqueeze(2)).squeeze(2)  # (n, block_size)
    loss = (nll * real).sum() / real.sum()                 # ()

Replace each None with the gradient of the loss with respect to that value; its
shape is given, and above it a line that reads the value. Others may read it as
well: look for them above. Every value of the forward pass is available under its
own name.
Then run: grade exercise8
"""

import torch
import torch.nn.functional as F


def backward(n, n_heads, head_size, Xb, Yb, real, future, C, P, lngain1, lnbias1, Wq, Wk, Wv,
             Wo, bo, lngain2, lnbias2, W1, b1, W2, b2, lngain3, lnbias3, x1, lnmean1,
             lnvar_inv1, lnraw1, ln1, xq, xk, xv, q, k, v, scores, masked, att, out, heard, x2,
             lnmean2, lnvar_inv2, lnraw2, ln2, hpreact, inner, gate, h, x3, lnmean3, lnvar_inv3,
             lnraw3, ln3, logits, logprobs, nll):
    # loss = (nll * real).sum() / real.sum()
    dnll = None  # (n, block_size)

    # nll = -logprobs.gather(2, Yb.unsqueeze(2)).squeeze(2)
    # logprobs = F.log_softmax(logits, 2)
    dlogits = None  # (n, block_size, vocab_size)

    # logits = ln3 @ C.T
    dln3 = None  # (n, block_size, n_embd)

    # ln3 = lngain3 * lnraw3 + lnbias3
    dlngain3 = None  # (n_embd,)

    # ln3 = lngain3 * lnraw3 + lnbias3
    dlnbias3 = None  # (n_embd,)

    # ln3 = lngain3 * lnraw3 + lnbias3
    dlnraw3 = None  # (n, block_size, n_embd)

    # lnraw3 = (x3 - lnmean3) * lnvar_inv3
    dx3 = None  # (n, block_size, n_embd)

    # x3 = x2 + h @ W2 + b2
    dh = None  # (n, block_size, n_mlp)

    # x3 = x2 + h @ W2 + b2
    dW2 = None  # (n_mlp, n_embd)

    # x3 = x2 + h @ W2 + b2
    db2 = None  # (n_embd,)

    # h = 0.5 * hpreact * (1 + gate)
    dgate = None  # (n, block_size, n_mlp)

    # gate = inner.tanh()
    dinner = None  # (n, block_size, n_mlp)

    # h = 0.5 * hpreact * (1 + gate)
    dhpreact = None  # (n, block_size, n_mlp)

    # hpreact = ln2 @ W1 + b1
    dln2 = None  # (n, block_size, n_embd)

    # hpreact = ln2 @ W1 + b1
    dW1 = None  # (n_embd, n_mlp)

    # hpreact = ln2 @ W1 + b1
    db1 = None  # (n_mlp,)

    # ln2 = lngain2 * lnraw2 + lnbias2
    dlngain2 = None  # (n_embd,)

    # ln2 = lngain2 * lnraw2 + lnbias2
    dlnbias2 = None  # (n_embd,)

    # ln2 = lngain2 * lnraw2 + lnbias2
    dlnraw2 = None  # (n, block_size, n_embd)

    # x3 = x2 + h @ W2 + b2
    dx2 = None  # (n, block_size, n_embd)

    # x2 = x1 + heard @ Wo + bo
    dheard = None  # (n, block_size, n_heads * head_size)

    # x2 = x1 + heard @ Wo + bo
    dWo = None  # (n_heads * head_size, n_embd)

    # x2 = x1 + heard @ Wo + bo
    dbo = None  # (n_embd,)

    # heard = out.transpose(1, 2).flatten(2)
    dout = None  # (n, n_heads, block_size, head_size)

    # out = att @ v
    datt = None  # (n, n_heads, block_size, block_size)

    # out = att @ v
    dv = None  # (n, n_heads, block_size, head_size)

    # att = F.softmax(masked, 3)
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

    # xq = ln1 @ Wq
    dWq = None  # (n_embd, n_heads * head_size)

    # xk = ln1 @ Wk
    dWk = None  # (n_embd, n_heads * head_size)

    # xv = ln1 @ Wv
    dWv = None  # (n_embd, n_heads * head_size)

    # xv = ln1 @ Wv
    dln1 = None  # (n, block_size, n_embd)

    # ln1 = lngain1 * lnraw1 + lnbias1
    dlngain1 = None  # (n_embd,)

    # ln1 = lngain1 * lnraw1 + lnbias1
    dlnbias1 = None  # (n_embd,)

    # ln1 = lngain1 * lnraw1 + lnbias1
    dlnraw1 = None  # (n, block_size, n_embd)

    # x2 = x1 + heard @ Wo + bo
    dx1 = None  # (n, block_size, n_embd)

    # x1 = C[Xb] + P
    dP = None  # (block_size, n_embd)

    # logits = ln3 @ C.T
    dC = None  # (vocab_size, n_embd)

    return locals()
