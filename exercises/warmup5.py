"""warmup5: Initialisation and BatchNorm, in layers with a backward of their own.

How large is the loss before the first step, when is a tanh unit saturated, when is it dead, and
how large should weights start so that it is neither? Then three layers like PyTorch's: each
stores what its backward will need, and its backward turns the gradient of its output into the
gradient of its input. BatchNorm1d keeps running statistics of its batches, for single examples
at inference.

Write the methods that contain only a `pass` or a None; the comment beside it names
what has to be set there. The rest is given. Each of them is judged on its own.
Then run: grade warmup5
"""

from math import log

import torch


def expected_initial_loss(vocab_size):
    """The loss of a network that has learnt nothing, and finds every character equally likely."""
    return None


def kaiming_std(fan_in):
    """The standard deviation of a layer's weights at the start, where tanh (gain 5/3) follows."""
    return None


def saturated(h):
    """Which share of h, (n, n_hidden), outputs of tanh, is above 0.97 or below -0.97."""
    return None


def dead_units(h):
    """How many of the n_hidden units are above 0.97 or below -0.97 for each of the n examples."""
    return None


# The layers. They are graded as this stack, and dW2 is the dweight of its last one:
#   x -> Linear, W1 -> hprebn -> BatchNorm1d, bngain and bnbias -> hpreact -> Tanh -> h
#     -> Linear, W2 and b2 -> logits


class Linear:
    """x @ weight + bias."""

    def __init__(self, fan_in, fan_out, bias=True):
        self.weight = torch.randn(fan_in, fan_out) / fan_in**0.5  # (fan_in, fan_out)
        self.bias = torch.zeros(fan_out) if bias else None  # (fan_out,)
        self.dweight = None  # (fan_in, fan_out)
        self.dbias = None  # (fan_out,)

    def __call__(self, x):
        """(n, fan_out), for x (n, fan_in). What backward will need is yours to keep in self."""
        out = None
        return out

    def backward(self, dout):
        """The gradient of the input, (n, fan_in), from the gradient of the output, (n, fan_out).

        Those of the parameters stay in self; where there is no bias, dbias stays None.
        """
        self.dweight = None
        self.dbias = None
        dx = None
        return dx


class BatchNorm1d:
    """gain * (x - mean) / sqrt(variance + eps) + bias, column by column."""

    def __init__(self, dim, eps=1e-5, momentum=0.1):
        self.eps = eps
        self.momentum = momentum
        self.training = True  # False: inference
        self.gain = torch.ones(dim)  # (dim,)
        self.bias = torch.zeros(dim)  # (dim,)
        self.running_mean = torch.zeros(dim)  # (dim,)
        self.running_var = torch.ones(dim)  # (dim,)
        self.dgain = None  # (dim,)
        self.dbias = None  # (dim,)

    def __call__(self, x):
        """(n, dim), for x (n, dim).

        In training with the mean and the variance of x itself; the variance has n - 1, as
        x.var(0) has. Each of the running statistics then moves by a share of `momentum` from
        what it is to what x has. In inference with these, which stay as they are.
        """
        self.running_mean = None
        self.running_var = None
        out = None
        return out

    def backward(self, dout):
        """The gradient of x, (n, dim), from the gradient of the output in training, (n, dim)."""
        self.dgain = None
        self.dbias = None
        dx = None
        return dx


class Tanh:
    def __call__(self, x):
        """tanh of each entry."""
        return None

    def backward(self, dout):
        """The gradient of x, from the gradient of the output."""
        dx = None
        return dx
