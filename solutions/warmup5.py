"""The worked answer of warmup5: initialisation and BatchNorm, as layers with a backward."""

from math import log

import torch


def expected_initial_loss(vocab_size):
    """The loss of a network that has learnt nothing, and finds every character equally likely."""
    # Before training all characters are equally likely: each has probability 1 / vocab_size.
    return -log(1 / vocab_size)


def kaiming_std(fan_in):
    """The standard deviation of a layer's weights at the start, where tanh (gain 5/3) follows."""
    # A sum of fan_in terms has a standard deviation of sqrt(fan_in); 5/3 makes up for tanh.
    return (5 / 3) / fan_in**0.5


def saturated(h):
    """Which share of h, (n, n_hidden), outputs of tanh, is above 0.97 or below -0.97."""
    # tanh lies between -1 and 1: both ends are flat.
    return (h.abs() > 0.97).float().mean()


def dead_units(h):
    """How many of the n_hidden units are above 0.97 or below -0.97 for each of the n examples."""
    # Saturated for every example of the batch: no gradient gets through.
    return (h.abs() > 0.97).all(0).sum()


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
        # The gradient of the weight needs the input.
        self.x = x
        out = x @ self.weight
        if self.bias is not None:
            out = out + self.bias
        return out

    def backward(self, dout):
        """The gradient of the input, (n, fan_in), from the gradient of the output, (n, fan_out).

        Those of the parameters stay in self; where there is no bias, dbias stays None.
        """
        self.dweight = self.x.T @ dout
        # The bias is added to each row: its gradient is a sum over the rows.
        if self.bias is not None:
            self.dbias = dout.sum(0)
        dx = dout @ self.weight.T
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
        if not self.training:
            xhat = (x - self.running_mean) * (self.running_var + self.eps) ** -0.5
            return self.gain * xhat + self.bias
        mean = x.mean(0)
        var = x.var(0)
        self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
        self.running_var = (1 - self.momentum) * self.running_var + self.momentum * var
        # The gradient of x needs these two.
        self.inv = (var + self.eps) ** -0.5
        self.xhat = (x - mean) * self.inv
        out = self.gain * self.xhat + self.bias
        return out

    def backward(self, dout):
        """The gradient of x, (n, dim), from the gradient of the output in training, (n, dim)."""
        n = len(dout)
        self.dgain = (self.xhat * dout).sum(0)
        self.dbias = dout.sum(0)
        dxhat = self.gain * dout
        # Each row moves its column's mean and variance: subtract both effects.
        through_var = self.xhat * (dxhat * self.xhat).sum(0) / (n - 1)
        dx = self.inv * (dxhat - dxhat.mean(0) - through_var)
        return dx


class Tanh:
    def __call__(self, x):
        """tanh of each entry."""
        self.out = torch.tanh(x)
        return self.out

    def backward(self, dout):
        """The gradient of x, from the gradient of the output."""
        # tanh: 1 minus its own square.
        dx = (1 - self.out**2) * dout
        return dx
