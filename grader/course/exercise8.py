"""A whole GPT block, tied embeddings included.

A small GPT: one table of vectors is used for the characters at the input and at the output;
between the two, a block of attention and an MLP, each with a LayerNorm in front and a residual
connection around it. The pieces are those of exercises 2, 6 and 7. What is new is that values have
uses that lie far apart: the table has two, and every x has one in the block and one around it.
"""

from collections.abc import Sequence
from typing import Any

from grader.course.recipe import Recipe

SOURCE = "Zero to Hero, Let's build GPT; Press and Wolf 2017 (tied embeddings)"
BUILDS_ON = ("exercise6", "exercise7")
LEARNED = (
    "You have written the backward pass of a whole GPT block: residual paths add up, and a "
    "table used at both ends gets two contributions.",
    "Larger GPTs stack more of this block; nothing else in them is new to you.",
)
GRADIENTS = (
    "nll", "logits", "ln3", "lngain3", "lnbias3", "lnraw3", "x3", "h", "W2", "b2", "gate",
    "inner", "hpreact", "ln2", "W1", "b1", "lngain2", "lnbias2", "lnraw2", "x2", "heard", "Wo",
    "bo", "out", "att", "v", "scores", "q", "k", "xq", "xk", "xv", "Wq", "Wk", "Wv", "ln1",
    "lngain1", "lnbias1", "lnraw1", "x1", "P", "C",
)
# 16 characters hold every name of data/names.txt; at the other sizes long ones are cut.
SIZES = {"n": 12, "block_size": 16, "n_embd": 24, "n_heads": 4, "head_size": 5, "n_mlp": 64}
OTHER_SIZES = {"n": 7, "block_size": 8, "n_embd": 10, "n_heads": 2, "head_size": 9, "n_mlp": 13}
LAYERNORM = (
    "The LayerNorm in one step, as exercise 3 does it for BatchNorm. On paper, for one row x with "
    "its mean m and s = lnvar_inv: an entry affects lnraw = (x - m) * s along three paths: "
    "directly, through m and through s. Each of the three is a line of exercise 6.",
    "Call the gradient of lnraw g. Directly, an entry gets its own g, times s. Through m and "
    "through s the whole row goes into one number, and every entry gets a share of the gradient "
    "of that number: for m all shares are equal, for s they are proportional to the entries of "
    "lnraw.",
    "The m inside the variance makes no difference: deviations from a mean add up to 0. And this "
    "variance divides by the number of entries, so both numbers of a row are plain means over the "
    "last dimension: one of g, one of g times lnraw.",
    "A check: each row of the contribution through the LayerNorm adds up to 0, because shifting a "
    "whole row by the same amount changes nothing.",
)
RESIDUAL = (
    "Then the residual connection: x is also a term of the sum at the end of the block. The "
    "gradient of that sum is passed on to x unchanged, whatever the block does with its own part. "
    "Add the two contributions; neither replaces the other.",
)
HINTS = {
    "logits": (
        "Exercise 2 again, for a row of logits at every position: a softmax, minus 1 at the right "
        "character, times the upstream gradient.",
        "The upstream gradient is different. There it was the same 1/n for all rows; here every "
        "position has a number of its own in dnll, and in the padding that number is 0.",
        "The softmax is nearly there: logprobs is its logarithm. For the 1, `F.one_hot` takes an "
        "index tensor of any shape and puts the classes in a new last dimension.",
        "Shapes: dnll is (n, block_size) and dlogits is (n, block_size, vocab_size). One number a "
        "row has to broadcast along the last dimension, so it needs a 1 there.",
    ),
    "x3": LAYERNORM,
    "x2": LAYERNORM + RESIDUAL,
    "scores": (
        "The softmax of exercise 7 again: from the upstream gradient of each weight, subtract the "
        "weighted mean of the upstream gradients of its row, then multiply by the weight.",
        "The mask is inside the chunk, and needs thought but no code: what is the weight of a "
        "score that was overwritten with minus infinity, and what does your formula give there?",
        "The sum runs over the last dimension, and with keepdim it broadcasts along the row.",
    ),
    "x1": LAYERNORM + RESIDUAL,
    "C": (
        "Characters are looked up with C[Xb] at the input and compared with C.T at the output: the "
        "same table, used at both ends. Treat the two uses as two tables first, with a gradient "
        "for each. It is one table, so dC is the sum of both.",
        "At the output, C.T is the right factor of a matrix product, like any weight matrix, and "
        "every position is one more row. Find the gradient of C.T, then transpose it; or look for "
        "the product that has C's shape at once.",
        "At the input, rows are looked up, as in exercise 1: a row gets a contribution each time "
        "its character occurs in Xb, and they add up.",
        "The first contribution fills every row of dC, for every character has a logit at every "
        "position. The second touches only the rows in Xb, and is added to what is there already. "
        "The two come from opposite ends of the backward pass: you can write the first as soon as "
        "dlogits is right.",
    ),
}  # fmt: skip


def examples(words: Sequence[str], index_of: Any, sizes: Any) -> dict[str, Any]:
    """Xb, Yb (int64) and real (float32), each (len(words), block_size): one word an example.

    Xb: "." and the word's characters, Yb: its characters and ".". Both are padded with 0, where
    `real` is 0.0 and not 1.0. A word that does not fit is cut. Source: makemore's transformer.
    """
    import torch

    block_size = sizes["block_size"]
    Xb = torch.zeros(len(words), block_size, dtype=torch.int64)
    Yb, real = torch.zeros_like(Xb), torch.zeros(len(words), block_size)
    for row, word in enumerate(words):
        letters = [index_of[letter] for letter in word]
        context, targets = [0, *letters][:block_size], [*letters, 0][:block_size]
        Xb[row, : len(context)] = torch.tensor(context)
        Yb[row, : len(targets)] = torch.tensor(targets)
        real[row, : len(targets)] = 1.0
    return {"Xb": Xb, "Yb": Yb, "real": real}


RECIPE = Recipe(
    trained=(
        "C", "P", "lngain1", "lnbias1", "Wq", "Wk", "Wv", "Wo", "bo", "lngain2", "lnbias2", "W1",
        "b1", "W2", "b2", "lngain3", "lnbias3",
    ),
    examples=examples,
    steps=8_000,
    rates=((0.5, 0.5), (0.5, 0.05)),
    sizes={"n": 32, "n_embd": 32, "n_heads": 4, "head_size": 8, "n_mlp": 128},
    mask="real",
)


def inputs(data: Any, seed: int, sizes: dict[str, int]) -> dict[str, Any]:
    """A batch of names and the parameters; C is scaled for its use at the end."""
    import torch

    generator = torch.Generator().manual_seed(seed)

    def randn(*shape: int) -> Any:
        return torch.randn(shape, generator=generator)

    n_embd, block_size, n_mlp = sizes["n_embd"], sizes["block_size"], sizes["n_mlp"]
    inner = sizes["n_heads"] * sizes["head_size"]
    train, _, _ = data.split(block_size)
    drawn = torch.randint(0, len(train.words), (sizes["n"],), generator=generator).tolist()
    return {
        "n": sizes["n"],
        "n_heads": sizes["n_heads"],
        "head_size": sizes["head_size"],
        **examples([train.words[at] for at in drawn], train.index_of, sizes),
        "future": torch.ones(block_size, block_size).triu(1).bool(),
        "C": randn(len(data.letters), n_embd) / n_embd**0.5,
        "P": randn(block_size, n_embd) / n_embd**0.5,
        "lngain1": randn(n_embd) * 0.1 + 1.0,
        "lnbias1": randn(n_embd) * 0.1,
        "Wq": randn(n_embd, inner) / n_embd**0.5,
        "Wk": randn(n_embd, inner) / n_embd**0.5,
        "Wv": randn(n_embd, inner) / n_embd**0.5,
        "Wo": randn(inner, n_embd) / inner**0.5,
        "bo": randn(n_embd) * 0.1,
        "lngain2": randn(n_embd) * 0.1 + 1.0,
        "lnbias2": randn(n_embd) * 0.1,
        "W1": randn(n_embd, n_mlp) * 2**0.5 / n_embd**0.5,
        "b1": randn(n_mlp) * 0.1,
        "W2": randn(n_mlp, n_embd) / n_mlp**0.5,
        "b2": randn(n_embd) * 0.1,
        "lngain3": randn(n_embd) * 0.1 + 1.0,
        "lnbias3": randn(n_embd) * 0.1,
    }


def forward(
    n,          # names in the batch
    n_heads,    # how many heads
    head_size,  # numbers in a query, a key, a value of one head
    Xb,         # (n, block_size), '.' and a name's characters, as indices; after that 0
    Yb,         # (n, block_size), the characters that follow: the name's and '.'; after that 0
    real,       # (n, block_size), 1.0 where a character is expected, 0.0 in the padding
    future,     # (block_size, block_size), bool: True where the column comes after the row
    C,          # (vocab_size, n_embd)
    P,          # (block_size, n_embd)
    lngain1,    # (n_embd,)
    lnbias1,    # (n_embd,)
    Wq,         # (n_embd, n_heads * head_size)
    Wk,         # (n_embd, n_heads * head_size)
    Wv,         # (n_embd, n_heads * head_size)
    Wo,         # (n_heads * head_size, n_embd)
    bo,         # (n_embd,)
    lngain2,    # (n_embd,)
    lnbias2,    # (n_embd,)
    W1,         # (n_embd, n_mlp)
    b1,         # (n_mlp,)
    W2,         # (n_mlp, n_embd)
    b2,         # (n_embd,)
    lngain3,    # (n_embd,)
    lnbias3,    # (n_embd,)
):
    import torch.nn.functional as F
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
    return locals()
