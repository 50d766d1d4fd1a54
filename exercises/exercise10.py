"""exercise10: LayerNorm and a residual block, as layers with a backward of their own.

A deep network learns because each block adds to what it was given: its input goes past the
block unchanged, and so does the gradient. LayerNorm makes that sum fit for the next block, each
example by itself. You write three classes: the norm, whose statistics are of a row and not of a
column, a small MLP, and the residual block that calls the other two and adds what it was given.

Write the methods that contain only a `pass` or a None; the comment beside it names
what has to be set there. The rest is given. Each of them is judged on its own.
Then run: grade exercise10
"""

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
        out = None
        return out

    def backward(self, dout):
        """The gradient of x, (n, dim), from that of its output, (n, dim)."""
        self.dgain = None
        self.dbias = None
        dx = None
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
        out = None
        return out

    def backward(self, dout):
        """The gradient of x, (n, width), from that of its output, (n, width).

        Those of the parameters stay in self.
        """
        self.dW2 = None
        self.db2 = None
        self.dW1 = None
        self.db1 = None
        dx = None
        return dx


class Residual:
    """x, plus what the layers make of it one after the other."""

    def __init__(self, layers):
        self.layers = layers  # each can be called, and has a backward

    def __call__(self, x):
        """(n, width), for x (n, width)."""
        out = None
        return out

    def backward(self, dout):
        """The gradient of x, (n, width), from that of its output, (n, width).

        It calls the layers' own backward.
        """
        dx = None
        return dx
