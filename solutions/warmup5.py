"""The worked answer of warmup5: initialisation and BatchNorm, as layers with a backward."""

from math import log

import torch


def expected_initial_loss(vocab_size):
    # Before any training no character is likelier than another: each has 1 / vocab_size.
    return -log(1 / vocab_size)


def kaiming_std(fan_in):
    # A sum of fan_in terms has a deviation of sqrt(fan_in); 5/3 makes up for what tanh squeezes.
    return (5 / 3) / fan_in**0.5


def saturated(h):
    # tanh lies between -1 and 1: both ends are flat.
    return (h.abs() > 0.97).float().mean()


def dead_units(h):
    # Saturated for every example of the batch: for none does a gradient come through.
    return (h.abs() > 0.97).all(0).sum()


class Linear:
    def __init__(self, fan_in, fan_out, bias=True):
        self.weight = torch.randn(fan_in, fan_out) / fan_in**0.5  # (fan_in, fan_out)
        self.bias = torch.zeros(fan_out) if bias else None  # (fan_out,)
        self.dweight = None  # (fan_in, fan_out), made by backward
        self.dbias = None  # (fan_out,), made by backward; stays None without a bias

    def __call__(self, x):
        # backward will need what came in.
        self.x = x
        out = x @ self.weight
        if self.bias is not None:
            out = out + self.bias
        return out

    def backward(self, dout):
        self.dweight = self.x.T @ dout
        # The bias is added to each row: its gradient is a sum over the rows.
        if self.bias is not None:
            self.dbias = dout.sum(0)
        dx = dout @ self.weight.T
        return dx


class BatchNorm1d:
    def __init__(self, dim, eps=1e-5, momentum=0.1):
        self.eps = eps
        self.momentum = momentum
        self.training = True  # False: inference
        self.gain = torch.ones(dim)  # (dim,)
        self.bias = torch.zeros(dim)  # (dim,)
        self.running_mean = torch.zeros(dim)  # (dim,)
        self.running_var = torch.ones(dim)  # (dim,)
        self.dgain = None  # (dim,), made by backward
        self.dbias = None  # (dim,), made by backward

    def __call__(self, x):
        if not self.training:
            xhat = (x - self.running_mean) * (self.running_var + self.eps) ** -0.5
            return self.gain * xhat + self.bias
        mean = x.mean(0)
        var = x.var(0)
        self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
        self.running_var = (1 - self.momentum) * self.running_var + self.momentum * var
        # backward will need these two.
        self.inv = (var + self.eps) ** -0.5
        self.xhat = (x - mean) * self.inv
        out = self.gain * self.xhat + self.bias
        return out

    def backward(self, dout):
        n = len(dout)
        self.dgain = (self.xhat * dout).sum(0)
        self.dbias = dout.sum(0)
        dxhat = self.gain * dout
        # Each row moves its column's mean and variance: take both effects off what arrives.
        through_var = self.xhat * (dxhat * self.xhat).sum(0) / (n - 1)
        dx = self.inv * (dxhat - dxhat.mean(0) - through_var)
        return dx


class Tanh:
    def __call__(self, x):
        self.out = torch.tanh(x)
        return self.out

    def backward(self, dout):
        # tanh: 1 minus its own square.
        dx = (1 - self.out**2) * dout
        return dx
