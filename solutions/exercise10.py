"""The worked answer of exercise10: LayerNorm, an MLP and a residual block, as layers."""

import torch

# The layers. They are graded as one block:
#   x -> Residual([LayerNorm, MLP]) -> x + branch
# inside it: x -> LayerNorm, gain and bias -> normed -> MLP, W1, b1, W2 and b2 -> branch


class LayerNorm:
    """gain * (x - mean) / sqrt(variance + eps) + bias, row by row."""

    def __init__(self, dim, eps=1e-5):
        self.eps = eps
        self.gain = torch.ones(dim)  # (dim,)
        self.bias = torch.zeros(dim)  # (dim,)
        self.dgain = None  # (dim,)
        self.dbias = None  # (dim,)

    def __call__(self, x):
        """(n, dim), for x (n, dim): each row with its own mean and variance.

        The variance is divided by dim, not by dim - 1: x.var(..., unbiased=False).
        """
        mean = x.mean(1, keepdim=True)
        var = x.var(1, keepdim=True, unbiased=False)
        # The gradient of x is made of these two.
        self.inv = (var + self.eps) ** -0.5
        self.xhat = (x - mean) * self.inv
        out = self.gain * self.xhat + self.bias
        return out

    def backward(self, dout):
        """The gradient of x, (n, dim), from that of its output, (n, dim)."""
        # The parameters are shared by the rows: sums over the rows.
        self.dgain = (self.xhat * dout).sum(0)
        self.dbias = dout.sum(0)
        dxhat = self.gain * dout
        # The statistics are of a row: each entry moves its row's mean and variance.
        through_var = self.xhat * (dxhat * self.xhat).mean(1, keepdim=True)
        dx = self.inv * (dxhat - dxhat.mean(1, keepdim=True) - through_var)
        return dx


class MLP:
    """A linear layer, relu, and a linear layer back to the width of x."""

    def __init__(self, width, n_hidden):
        self.W1 = torch.randn(width, n_hidden) / width**0.5  # (width, n_hidden)
        self.b1 = torch.zeros(n_hidden)  # (n_hidden,)
        self.W2 = torch.zeros(n_hidden, width)  # (n_hidden, width); at the start it adds nothing
        self.b2 = torch.zeros(width)  # (width,)
        self.dW1 = self.db1 = self.dW2 = self.db2 = None

    def __call__(self, x):
        """(n, width), for x (n, width). What backward will need is yours to keep in self."""
        self.x = x
        self.h = (x @ self.W1 + self.b1).relu()
        out = self.h @ self.W2 + self.b2
        return out

    def backward(self, dout):
        """The gradient of x, (n, width), from that of its output, (n, width).

        Those of the parameters stay in self.
        """
        self.dW2 = self.h.T @ dout
        self.db2 = dout.sum(0)
        # relu: where it gave 0, nothing passes.
        dhpre = (self.h > 0) * (dout @ self.W2.T)
        self.dW1 = self.x.T @ dhpre
        self.db1 = dhpre.sum(0)
        dx = dhpre @ self.W1.T
        return dx


class Residual:
    """x, plus what the layers make of it one after the other."""

    def __init__(self, layers):
        self.layers = layers  # each can be called, and has a backward

    def __call__(self, x):
        """(n, width), for x (n, width)."""
        value = x
        for layer in self.layers:
            value = layer(value)
        out = x + value
        return out

    def backward(self, dout):
        """The gradient of x, (n, width), from that of its output, (n, width).

        It calls the layers' own backward.
        """
        # Of a sum each term has the whole upstream gradient: the layers, and x as it is.
        through = dout
        for layer in reversed(self.layers):
            through = layer.backward(through)
        dx = dout + through
        return dx
