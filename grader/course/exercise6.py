"""LayerNorm and GELU.

LayerNorm is BatchNorm turned by 90 degrees: mean and variance of each row, over its features, so
that no example sees another. GELU (its tanh form, as GPT-2 has it) is a gate that is not quite
a relu; its input is used three times, and every use contributes to its gradient.
"""

from typing import Any

from grader.course import exercise2
from grader.course.makemore import OTHER_SIZES, SIZES, minibatch

__all__ = ["OTHER_SIZES", "SIZES", "forward", "inputs"]

SOURCE = "Ba, Kiros and Hinton 2016 (LayerNorm); Hendrycks and Gimpel 2016 (GELU)"
BUILDS_ON = ("exercise3",)
LEARNED = (
    "You have differentiated LayerNorm along the rows, and a GELU that reads its input three "
    "times.",
    "Every block of a GPT has both.",
)
GRADIENTS = (
    "logits", "h", "W2", "b2", "gate", "inner", "cube", "hpreact", "lngain", "lnbias", "lnraw",
    "lnvar_inv", "lnvar", "lndiff", "lnmean", "hpreln", "W1", "b1",
)
HINTS = {"logits": exercise2.HINTS["logits"]}


def inputs(data: Any, seed: int, sizes: dict[str, int]) -> dict[str, Any]:
    """Batch and parameters, scaled as in exercise 1; LayerNorm a little off its start."""
    import torch

    generator = torch.Generator().manual_seed(seed)

    def randn(*shape: int) -> Any:
        return torch.randn(shape, generator=generator)

    vocab_size, n_hidden = len(data.letters), sizes["n_hidden"]
    fan_in = sizes["n_embd"] * sizes["block_size"]
    parameters = {
        "C": randn(vocab_size, sizes["n_embd"]),
        "W1": randn(fan_in, n_hidden) * 2**0.5 / fan_in**0.5,
        "b1": randn(n_hidden) * 0.1,
        "lngain": randn(n_hidden) * 0.1 + 1.0,
        "lnbias": randn(n_hidden) * 0.1,
        "W2": randn(n_hidden, vocab_size) * 0.1,
        "b2": randn(vocab_size) * 0.1,
    }
    return minibatch(data, sizes, generator) | parameters


def forward(
    n,       # batch size
    Xb,      # (n, block_size), the contexts, as character indices
    Yb,      # (n,), the characters that follow
    C,       # (vocab_size, n_embd)
    W1,      # (block_size * n_embd, n_hidden)
    b1,      # (n_hidden,)
    lngain,  # (n_hidden,)
    lnbias,  # (n_hidden,)
    W2,      # (n_hidden, vocab_size)
    b2,      # (vocab_size,)
):
    import torch.nn.functional as F
    emb = C[Xb]                                               # (n, block_size, n_embd)
    embcat = emb.view(n, -1)                                  # (n, block_size * n_embd)
    hpreln = embcat @ W1 + b1                                 # (n, n_hidden)
    lnmean = hpreln.mean(1, keepdim=True)                     # (n, 1)
    lndiff = hpreln - lnmean                                  # (n, n_hidden)
    lnvar = (lndiff**2).mean(1, keepdim=True)                 # (n, 1)
    lnvar_inv = (lnvar + 1e-5)**-0.5                          # (n, 1)
    lnraw = lndiff * lnvar_inv                                # (n, n_hidden)
    hpreact = lngain * lnraw + lnbias                         # (n, n_hidden)
    # GELU, the tanh form; the first number is the square root of 2 / pi.
    cube = hpreact**3                                         # (n, n_hidden)
    inner = 0.7978845608028654 * (hpreact + 0.044715 * cube)  # (n, n_hidden)
    gate = inner.tanh()                                       # (n, n_hidden)
    h = 0.5 * hpreact * (1 + gate)                            # (n, n_hidden)
    logits = h @ W2 + b2                                      # (n, vocab_size)
    loss = F.cross_entropy(logits, Yb)                        # ()
    return locals()
