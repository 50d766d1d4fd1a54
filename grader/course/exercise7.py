"""Causal self-attention.

Every position asks (q), every position answers (k) and has something to say (v); a softmax over
the scores decides how much of each is heard, and the mask hides the future from everybody. With
several heads, a head is one more dimension of the batch: the matrix products are the same.
"""

from typing import Any

from grader.course.makemore import minibatch

SOURCE = "Zero to Hero, Let's build GPT; Vaswani et al. 2017 (Attention Is All You Need)"
BUILDS_ON = ("exercise2", "exercise5")
LEARNED = (
    "You have gone back through attention: two products with a softmax between them, a mask "
    "that lets nothing pass, and one input that is query, key and value.",
    "It is the only place in a transformer where positions exchange anything; fast attention "
    "kernels are this backward pass, in blocks.",
)
GRADIENTS = (
    "heard", "Wo", "bo", "out", "att", "v", "masked", "scores", "q", "k", "xq", "xk", "xv",
    "Wq", "Wk", "Wv", "x", "P", "C",
)
SIZES = {"n": 16, "block_size": 8, "n_embd": 12, "n_heads": 3, "head_size": 5}
OTHER_SIZES = {"n": 4, "block_size": 6, "n_embd": 9, "n_heads": 2, "head_size": 7}
HINTS = {
    "masked": (
        "On paper, for one row s of scores with a = softmax(s): raise one s[j] a little. Its own "
        "weight a[j] goes up, and the others in the row go down, because they add up to 1. What is "
        "the derivative of a[i] with respect to s[j]? There are two cases, i = j and i != j.",
        "Both cases have the factor a[i] * a[j] with a minus; the first has one more term. Add up "
        "the contributions of all a[i]: the term with the sum over i is the same for every j of "
        "the row, up to a factor.",
        "So every row has one number to compute first: the sum over its entries of the weight "
        "times the upstream gradient. Subtract that number from the upstream gradient, then "
        "multiply by the weights.",
        "The sum runs over the last dimension, and with keepdim it broadcasts. A check: each row "
        "of dmasked adds up to 0, and it is 0 wherever the mask is.",
    ),
}  # fmt: skip


def inputs(data: Any, seed: int, sizes: dict[str, int]) -> dict[str, Any]:
    """A batch, embeddings, one layer of attention, and an upstream gradient for its result."""
    import torch

    generator = torch.Generator().manual_seed(seed)

    def randn(*shape: int) -> Any:
        return torch.randn(shape, generator=generator)

    n_embd, block_size = sizes["n_embd"], sizes["block_size"]
    inner = sizes["n_heads"] * sizes["head_size"]
    batch = minibatch(data, sizes, generator)
    return {
        "n": batch["n"],
        "n_heads": sizes["n_heads"],
        "head_size": sizes["head_size"],
        "Xb": batch["Xb"],
        "future": torch.ones(block_size, block_size).triu(1).bool(),
        "C": randn(len(data.letters), n_embd),
        "P": randn(block_size, n_embd),
        "Wq": randn(n_embd, inner) / n_embd**0.5,
        "Wk": randn(n_embd, inner) / n_embd**0.5,
        "Wv": randn(n_embd, inner) / n_embd**0.5,
        "Wo": randn(inner, n_embd) / inner**0.5,
        "bo": randn(n_embd) * 0.1,
        "dy": randn(sizes["n"], block_size, n_embd),
    }


def forward(
    n,          # batch size
    n_heads,    # how many heads
    head_size,  # numbers in a query, a key, a value of one head
    Xb,         # (n, block_size), the contexts, as character indices
    future,     # (block_size, block_size), bool: True where the column comes after the row
    C,          # (vocab_size, n_embd)
    P,          # (block_size, n_embd)
    Wq,         # (n_embd, n_heads * head_size)
    Wk,         # (n_embd, n_heads * head_size)
    Wv,         # (n_embd, n_heads * head_size)
    Wo,         # (n_heads * head_size, n_embd)
    bo,         # (n_embd,)
    dy,         # (n, block_size, n_embd), the upstream gradient: given
):
    import torch.nn.functional as F
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
    return locals()
