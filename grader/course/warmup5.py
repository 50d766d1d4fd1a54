"""Initialisation and BatchNorm, in layers with a backward of their own.

How large is the loss before the first step, when is a tanh unit saturated, when is it dead, and
how large should weights start so that it is neither? Then three layers like PyTorch's: each stores
what its backward will need, and its backward turns the gradient of its output into the gradient of
its input. BatchNorm1d keeps running statistics of its batches, for single examples at inference.
"""

import math
from typing import Any

from grader.course import makemore
from grader.course.makemore import OTHER_SIZES, SIZES
from grader.course.warmup5_hints import HINTS
from grader.course.warmup5_wrong_values import EPS, MOMENTUM, wrong_values
from grader.kinds.layers import DeepStack, Function, Network, OtherUse, Stage

__all__ = ["HINTS", "OTHER_SIZES", "SIZES", "wrong_values"]

KIND = "layers"
SOURCE = "Zero to Hero, makemore part 3 (Activations & Gradients, BatchNorm)"
BUILDS_ON = ("exercise3",)
LEARNED = (
    "You have written layers with a forward and a backward of their own, and started a network "
    "so that its first loss is that of a guess and none of its units is dead.",
    "A network that starts badly loses its first thousand steps, or never learns; the "
    "diagnostic plots show it at once.",
)
VALUES = {
    "expected_initial_loss": "(6,): The loss of a network that has learnt nothing yet and finds "
    "each of vocab_size characters equally likely.",
    "kaiming_std": "(6,): The standard deviation of the initial weights of a layer with fan_in "
    "inputs that is followed by tanh, whose gain is 5/3.",
    "saturated": "(): The share of the tanh outputs h, (n, n_hidden), that is saturated: above "
    "0.97 or below -0.97.",
    "dead_units": "(): How many of the n_hidden units are saturated for every example of h.",
    "linear_out": "(n, n_hidden): The output of a Linear without a bias.",
    "linear_bias_out": "(n, vocab_size): The output of a Linear with a bias.",
    "batchnorm_out": "(n, n_hidden): The output of BatchNorm1d in training: normalised by its own "
    "batch.",
    "running_mean": "(n_hidden,): After two batches in training and one in inference.",
    "running_var": "(n_hidden,): The same for the variance, which divides by n - 1 as the batch's "
    "own does.",
    "inference_out": "(n, n_hidden): The output of BatchNorm1d if training is False: normalised by "
    "the running statistics.",
    "tanh_out": "(n, n_hidden): The output of Tanh.",
}
GRADIENTS = (
    *VALUES, "W2", "b2", "h", "hpreact", "bngain", "bnbias", "hprebn", "W1",
)
WRITTEN_IN = {
    **{name: f"{name}():return" for name in list(VALUES)[:4]},
    "linear_out": "Linear.__call__:return",
    "linear_bias_out": "Linear.__call__:return",
    "batchnorm_out": "BatchNorm1d.__call__:return",
    "running_mean": "BatchNorm1d.__call__:self.running_mean",
    "running_var": "BatchNorm1d.__call__:self.running_var",
    "inference_out": "BatchNorm1d.__call__:return",
    "tanh_out": "Tanh.__call__:return",
    "W2": "Linear.backward:self.dweight",
    "b2": "Linear.backward:self.dbias",
    "h": "Linear.backward:return",
    "hpreact": "Tanh.backward:return",
    "bngain": "BatchNorm1d.backward:self.dgain",
    "bnbias": "BatchNorm1d.backward:self.dbias",
    "hprebn": "BatchNorm1d.backward:return",
    "W1": "Linear.backward:self.dweight",
}
# In the stack each layer reads what the one before it gave, and its backward what it kept then.
DEPENDS_ON = {
    "batchnorm_out": ("linear_out",),
    "tanh_out": ("batchnorm_out",),
    "linear_bias_out": ("tanh_out",),
    "W2": ("tanh_out",),
    "hpreact": ("tanh_out",),
    "bngain": ("batchnorm_out",),
    "hprebn": ("batchnorm_out",),
    "W1": ("linear_out",),
}

# The lecture's network from the embedded characters on: each backward is handed what the next
# layer's returned, the last one dlogits.
NETWORK = Network(
    stages=(
        Stage("Linear", "x", "hprebn", "linear_out", ("in", "out"), {"bias": False},
              {"weight": "W1"}),
        Stage("BatchNorm1d", "hprebn", "hpreact", "batchnorm_out", ("in",), {},
              {"gain": "bngain", "bias": "bnbias"}),
        Stage("Tanh", "hpreact", "h", "tanh_out"),
        Stage("Linear", "h", "logits", "linear_bias_out", ("in", "out"), {"bias": True},
              {"weight": "W2", "bias": "b2"}),
    ),
    functions=(
        Function("expected_initial_loss", "counts", each=True),
        Function("kaiming_std", "counts", each=True),
        Function("saturated", "wide"),
        Function("dead_units", "wide"),
    ),
    other_uses=(
        # After two batches in training, and one in inference, which is to leave them alone.
        OtherUse("hpreact", (("earlier", True), ("hprebn", True), ("hprebn", False)),
                 settings={"momentum": "momentum"}, keeps=("running_mean", "running_var")),
        OtherUse("hpreact", (("hprebn", False),),
                 attributes={"running_mean": "seen_mean", "running_var": "seen_var"},
                 output="inference_out"),
    ),
)  # fmt: skip
DEEP_STACK = DeepStack("Linear", "BatchNorm1d", "Tanh", "weight", ("weight", "gain", "bias"))


def inputs(data: Any, seed: int, sizes: dict[str, int]) -> dict[str, Any]:
    """The lecture's network from the embedded characters on, the gradient at its logits, and
    what the parts that are not gradients are tried with."""
    import torch

    given = makemore.network_and_batch(data, seed, sizes)
    generator = torch.Generator().manual_seed(seed + 1)

    def randn(*shape: int) -> Any:
        return torch.randn(shape, generator=generator)

    n, n_hidden = sizes["n"], sizes["n_hidden"]
    x = given["C"][given["Xb"]].view(n, -1)
    wide = 4 * randn(n, n_hidden)
    wide[:, ::5] += 15 * wide[:, ::5].sign()  # dead: at one end or the other
    wide[:, ::10] = wide[:, ::10].abs()  # or all at one
    others = torch.randint(2, 2000, (5,), generator=generator)
    drawn = {
        "x": x,
        "W1": given["W1"],
        "bngain": given["bngain"].view(-1),
        "bnbias": given["bnbias"].view(-1),
        "W2": given["W2"],
        "b2": given["b2"],
        "dlogits": torch.zeros(n, len(data.letters)),
        "counts": torch.cat([torch.tensor([len(data.letters)]), others]),
        "wide": torch.tanh(wide),
        "earlier": (x.roll(1, 1) + randn(1, x.shape[1])) @ given["W1"],
        "seen_mean": randn(n_hidden),
        "seen_var": randn(n_hidden).abs() + 0.5,
        "momentum": MOMENTUM,
    }
    logits = forward(**drawn)["logits"].requires_grad_()
    loss = torch.nn.functional.cross_entropy(logits, given["Yb"])
    (dlogits,) = torch.autograd.grad(loss, logits)
    return drawn | {"dlogits": dlogits}


def expected_values(
    counts, wide, earlier, seen_mean, seen_var, bngain, bnbias, hprebn, hpreact, h, logits,
):
    """What is asked for beside the gradients, by name."""
    import torch

    past, now = 1 - MOMENTUM, MOMENTUM
    dead = wide.abs() > 0.97
    normal = (hprebn - seen_mean) * (seen_var + EPS)**-0.5
    numbers = counts.tolist()
    return {
        "expected_initial_loss": torch.tensor([math.log(k) for k in numbers], dtype=torch.float64),
        "kaiming_std": torch.tensor([5 / 3 / k**0.5 for k in numbers], dtype=torch.float64),
        "saturated": dead.double().mean(),
        "dead_units": dead.all(0).sum(),
        "linear_out": hprebn,
        "linear_bias_out": logits,
        "batchnorm_out": hpreact,
        "running_mean": past * (now * earlier.mean(0)) + now * hprebn.mean(0),
        "running_var": past * (past + now * earlier.var(0)) + now * hprebn.var(0),
        "inference_out": bngain * normal + bnbias,
        "tanh_out": h,
    }


def forward(
    x,          # (n, block_size * n_embd), a batch
    W1,         # (block_size * n_embd, n_hidden)
    bngain,     # (n_hidden,)
    bnbias,     # (n_hidden,)
    W2,         # (n_hidden, vocab_size)
    b2,         # (vocab_size,)
    dlogits,    # (n, vocab_size), the upstream gradient: given
    counts,     # (6,), sizes of a vocabulary or of a layer
    wide,       # (n, n_hidden), outputs of a tanh layer whose weights started too large
    earlier,    # (n, n_hidden), what the first Linear gave for the batch before x
    seen_mean,  # (n_hidden,), running statistics of batches long gone
    seen_var,   # (n_hidden,)
    momentum,   # of the layer whose running statistics are asked for
):
    hprebn = x @ W1                              # (n, n_hidden)
    bnmean = hprebn.mean(0)                      # (n_hidden,)
    bnvar = hprebn.var(0)                        # (n_hidden,)
    bnvar_inv = (bnvar + 1e-5)**-0.5             # (n_hidden,)
    bnraw = (hprebn - bnmean) * bnvar_inv        # (n, n_hidden)
    hpreact = bngain * bnraw + bnbias            # (n, n_hidden)
    h = hpreact.tanh()                           # (n, n_hidden)
    logits = h @ W2 + b2                         # (n, vocab_size)
    loss = (logits * dlogits).sum()              # ()
    return locals()
