"""LayerNorm and a residual block, as layers with a backward of their own.

A deep network learns because each block adds to what it was given: its input goes past the block
unchanged, and so does the gradient. LayerNorm makes that sum fit for the next block, each example
by itself. You write three classes: the norm, whose statistics are of a row and not of a column, a
small MLP, and the residual block that calls the other two and adds what it was given.
"""

from typing import Any

from grader.kinds.layers import Network, Stage

KIND = "layers"
SOURCE = (
    "He et al. 2015 (residual learning); Ba et al. 2016 (LayerNorm); Xiong et al. 2020 (pre-norm)"
)
BUILDS_ON = ("warmup5",)
LEARNED = (
    "You have written layers that call other layers: a residual block hands its gradient to its "
    "branch, and straight on.",
    "The straight way on is what lets networks of a hundred layers train.",
)
VALUES = {
    "residual_out": "(n, width): What Residual gives: x, plus what its layers make of x one after "
    "the other.",
    "layernorm_out": "(n, width): What LayerNorm gives: each row by its own mean and variance.",
    "mlp_out": "(n, width): What MLP gives: a linear layer, relu, a linear layer back to width.",
}
GRADIENTS = (
    *VALUES,
    "branch",
    "W2",
    "b2",
    "W1",
    "b1",
    "normed",
    "gain",
    "bias",
    "entering",
    "x",
)
WRITTEN_IN = {
    "residual_out": "Residual.__call__:return",
    "layernorm_out": "LayerNorm.__call__:return",
    "mlp_out": "MLP.__call__:return",
    "branch": "Residual.backward",
    "W2": "MLP.backward:self.dW2",
    "b2": "MLP.backward:self.db2",
    "W1": "MLP.backward:self.dW1",
    "b1": "MLP.backward:self.db1",
    "normed": "MLP.backward:return",
    "gain": "LayerNorm.backward:self.dgain",
    "bias": "LayerNorm.backward:self.dbias",
    "entering": "LayerNorm.backward:return",
    "x": "Residual.backward:return",
}
# In the block each layer reads what the one before it gave, and its backward what it kept then.
DEPENDS_ON = {
    "layernorm_out": ("residual_out",),
    "mlp_out": ("layernorm_out", "residual_out"),
    "residual_out": ("layernorm_out", "mlp_out"),
    **dict.fromkeys(("W2", "b2", "W1", "b1", "normed"), ("mlp_out",)),
    # The block hands on what each backward is given: its own backward, x's row, spoils them too.
    **dict.fromkeys(("gain", "bias", "entering"), ("layernorm_out", "x")),
    **dict.fromkeys(("branch", "x"), ("residual_out",)),
}
NETWORK = Network(
    stages=(
        Stage("Residual", "x", "passed", "residual_out", ("layers",), inside=(
            Stage("LayerNorm", "entering", "normed", "layernorm_out", ("in",), {},
                  {"gain": "gain", "bias": "bias"}),
            Stage("MLP", "normed", "branch", "mlp_out", ("in", "n_hidden"), {},
                  {"W1": "W1", "b1": "b1", "W2": "W2", "b2": "b2"}),
        )),
    ),
)  # fmt: skip
SIZES = {"n": 32, "width": 24, "n_hidden": 40}
OTHER_SIZES = {"n": 9, "width": 14, "n_hidden": 21}
EPS = 1e-5
A_ROW_AT_A_TIME = (
    "BatchNorm shared its statistics down a column, over the examples; here the numbers that share "
    "a mean are those of one example. Along which dimension, and what shape is left? keepdim keeps "
    "it fit to be taken off again."
)
HINTS = {
    "residual_out": (
        "Each layer is given what the one before it gave, the first one x. What is the variable in "
        "a loop over self.layers, and what does it start as?",
        "x is needed again at the end: do not lose its name on the way.",
    ),
    "layernorm_out": (
        A_ROW_AT_A_TIME,
        "The variance is divided by width here and not by width - 1, as LayerNorm's always is: "
        "`unbiased=False`. eps stands beside it, under the root.",
        "gain and bias, (width,), are one number for a column, shared by all rows.",
    ),
    "mlp_out": (
        "Two matrix products with relu in between. What will backward need of each?",
        "For the weights' gradients it needs what each product was given: x and h.",
    ),
    "branch": (
        "The upstream gradient that the last of the layers is handed. The output is a sum: let "
        "an entry of branch grow by a little. By how much does the sum?",
    ),
    "W2": (
        "As in warmup5: an entry of W2, in row i and column j, met column i of what the product "
        "was given. What was that here, x or h?",
    ),
    "b2": ("It was added to each row: its gradient is a sum of contributions, one a row.",),
    "W1": (
        "First go back through W2 and relu, to the gradient of what relu was given. Then it is the "
        "same line as for W2.",
        "relu: where h is 0, nothing passes.",
    ),
    "b1": (
        "As b2, one product further down: it was added to each row of what relu was given.",
        "First go back through W2 and relu, as for W1.",
    ),
    "normed": (
        "What backward returns: the gradient of its x. Three steps back: W2, relu, W1.",
        "The width of what you return is the width of x. Which matrix takes you from n_hidden "
        "there, and does it have to be turned?",
    ),
    "gain": (
        "The output is gain * xhat + bias. A product: the other factor times the upstream "
        "gradient.",
        "gain is shared by the rows, though the statistics are not: which dimension does that sum "
        "run over?",
    ),
    "bias": ("Shared by all rows: a sum of contributions, one a row.",),
    "entering": (
        "xhat is read once, where the gain multiplies it: start there, with dxhat. Then each "
        "step of the call in turn, the last one first.",
        A_ROW_AT_A_TIME,
        "An entry of x moves its row's mean, with a weight of one over width, and its row's "
        "variance, by twice its distance from the mean over width. So each entry of the row "
        "is affected by each other one: three paths, three contributions.",
        "Take warmup5's BatchNorm1d.backward: which of its sums ran over the examples because that "
        "is where the statistics came from? Those turn. And n - 1 was there for the same reason as "
        "what stands in its place now.",
    ),
    "x": (
        "x has two uses: the layers were given it, and it was added to what they gave. How many "
        "contributions does it receive?",
        "Of a sum, each term receives the whole upstream gradient. So the last layer's backward is "
        "handed dout as it is; and what the first layer's backward returns is one of the two "
        "contributions.",
        "If every weight in the layers were 0, what would the gradient of x be? Does yours say so?",
    ),
}


def inputs(data: Any, seed: int, sizes: dict[str, int]) -> dict[str, Any]:
    """What the block before gave, parameters that are not as they start, an upstream gradient."""
    import torch

    generator = torch.Generator().manual_seed(seed)

    def randn(*shape: int) -> Any:
        return torch.randn(shape, generator=generator)

    n, width, n_hidden = sizes["n"], sizes["width"], sizes["n_hidden"]
    return {
        "x": randn(n, width) * (randn(n, 1).abs() + 0.5) + randn(n, 1),
        "gain": randn(width) * 0.3 + 1,
        "bias": randn(width) * 0.3,
        "W1": randn(width, n_hidden) / width**0.5,
        "b1": randn(n_hidden) * 0.1,
        "W2": randn(n_hidden, width) / n_hidden**0.5,
        "b2": randn(width) * 0.1,
        "dpassed": randn(n, width) / n,
        "n_hidden": n_hidden,
    }


def expected_values(passed: Any, normed: Any, branch: Any) -> dict[str, Any]:
    """What each layer gives."""
    return {"residual_out": passed, "layernorm_out": normed, "mlp_out": branch}


def wrong_values(
    x: Any, gain: Any, bias: Any, W1: Any, b1: Any, W2: Any, entering: Any, mean: Any, var: Any,
    xhat: Any, normed: Any, h: Any, branch: Any,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """By known mistake, from the values of the forward pass."""
    deviation = (var + EPS).sqrt()

    def scaled(mean: Any, deviation: Any) -> Any:
        return gain * (entering - mean) / deviation + bias

    return {
        "wrong-axis": {
            "layernorm_out": (
                scaled(x.mean(0), (x.var(0, unbiased=False) + EPS).sqrt()),
                scaled(x.mean(0), (x.var(0) + EPS).sqrt()),
                scaled(x.mean(), (x.var(unbiased=False) + EPS).sqrt()),
                scaled(x.mean(), (x.var() + EPS).sqrt()),
            ),
        },
        "variance-for-deviation": {
            "layernorm_out": (scaled(mean, var + EPS), scaled(mean, (var.sqrt() + EPS).sqrt())),
        },
        "half-normalised": {"layernorm_out": (scaled(mean, 1), scaled(0, deviation))},
        "parameter-left-out": {
            "layernorm_out": (xhat, gain * xhat, xhat + bias),
            "mlp_out": (h @ W2, (normed @ W1).relu() @ W2 + (branch - h @ W2)),
        },
        "eps-left-out": {"layernorm_out": scaled(mean, var.sqrt())},
    }


def forward(
    x,  # (n, width), what the block is given
    gain,  # (width,)
    bias,  # (width,)
    W1,  # (width, n_hidden)
    b1,  # (n_hidden,)
    W2,  # (n_hidden, width)
    b2,  # (width,)
    dpassed,  # (n, width), the upstream gradient: given
    n_hidden,
):
    entering = x.clone()  # (n, width)
    mean = entering.mean(1, keepdim=True)  # (n, 1)
    var = ((entering - mean) ** 2).mean(1, keepdim=True)  # (n, 1)
    inv = (var + 1e-5) ** -0.5  # (n, 1)
    xhat = (entering - mean) * inv  # (n, width)
    normed = gain * xhat + bias  # (n, width)
    hpre = normed @ W1 + b1  # (n, n_hidden)
    h = hpre.relu()  # (n, n_hidden)
    branch = h @ W2 + b2  # (n, width)
    passed = x + branch  # (n, width)
    loss = (passed * dpassed).sum()  # ()
    return locals()
