"""Put together: train with your own gradients.

The fused backward of exercises 2 and 3 for the whole network, and a training run that
uses nothing else: no loss.backward() anywhere.
"""

from grader.course import exercise2, exercise3
from grader.course.makemore import OTHER_SIZES, SIZES, contexts, network_and_batch
from grader.course.recipe import Recipe

__all__ = ["OTHER_SIZES", "SIZES", "forward", "inputs"]

SOURCE = "Zero to Hero, makemore part 4 (Becoming a Backprop Ninja), exercise 4"
BUILDS_ON = ("exercise2", "exercise3")
LEARNED = (
    "You have written the whole backward pass of a network, and every step of its training was "
    "made with your gradients.",
    "There is nothing more to loss.backward(): other networks have other chunks, and the same "
    "way back.",
)
GRADIENTS = (
    "logits", "h", "W2", "b2", "hpreact", "bngain", "bnbias", "hprebn", "embcat", "W1",
    "b1", "emb", "C",
)
RECIPE = Recipe(
    trained=("C", "W1", "b1", "W2", "b2", "bngain", "bnbias"),
    examples=contexts,
    steps=20_000,  # the lecture takes 200,000
    rates=((0.5, 0.1), (0.5, 0.01)),
    sizes={"n_hidden": 200},
    statistics=("bnmean", "bnvar"),
)
HINTS = {
    "logits": exercise2.HINTS["logits"],
    "hprebn": exercise3.HINTS["hprebn"],
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
    import torch.nn.functional as F
    emb = C[Xb]                                          # (n, block_size, n_embd)
    embcat = emb.view(emb.shape[0], -1)                  # (n, block_size * n_embd)
    hprebn = embcat @ W1 + b1                            # (n, n_hidden)
    bnmean = hprebn.mean(0, keepdim=True)                # (1, n_hidden)
    bnvar = hprebn.var(0, keepdim=True, unbiased=True)   # (1, n_hidden)
    bnvar_inv = (bnvar + 1e-5)**-0.5                     # (1, n_hidden)
    bnraw = (hprebn - bnmean) * bnvar_inv                # (n, n_hidden)
    hpreact = bngain * bnraw + bnbias                    # (n, n_hidden)
    h = hpreact.tanh()                                   # (n, n_hidden)
    logits = h @ W2 + b2                                 # (n, vocab_size)
    loss = F.cross_entropy(logits, Yb)                   # ()
    return locals()
