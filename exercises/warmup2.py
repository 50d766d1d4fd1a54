"""warmup2: micrograd: a number that knows where it came from.

A Value holds a number, its operands (the Values that it was made from), and its grad: how fast
the result changes with it. Each operation passes the grad of its result on to its operands: one
small _backward each, which adds to their grads. backward() runs them in the right order. That
is all an autograd engine is; a network of Values learns with it.

Each operation is judged by itself, where it stands in this expression; then the
order of backward() in many others, and all of it together:

    kept = b.relu()
    doubled = kept + kept
    squashed = a.tanh()
    shifted = squashed + y
    logged = x.log()
    quotient = logged / shifted
    cubed = quotient**3
    grown = c.exp()
    squared = grown * grown
    product = squared * cubed
    loss = doubled + product

Write the methods that contain only a `pass` or a None; the comment beside it names
what has to be set there. The rest is given. Each of them is judged on its own.
Then run: grade warmup2
"""

import math


class Value:
    """A number, what it was made of, and its grad: by how much the result changes with it."""

    def __init__(self, data, _children=(), _op=""):
        self.data = data
        self.grad = 0.0
        self._prev = set(_children)  # a + a has one
        self._op = _op
        self._backward = lambda: None  # a leaf has nothing to pass on to

    def __repr__(self):
        return f"Value(data={self.data}, grad={self.grad})"

    # In each _backward, out.grad is the upstream gradient: add each operand's contribution.

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), "+")

        def _backward():
            pass  # self.grad and other.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), "*")

        def _backward():
            pass  # self.grad and other.grad

        out._backward = _backward
        return out

    def __pow__(self, number):
        out = Value(self.data**number, (self,), f"**{number}")

        def _backward():
            pass  # self.grad

        out._backward = _backward
        return out

    def __truediv__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data / other.data, (self, other), "/")

        def _backward():
            pass  # self.grad and other.grad

        out._backward = _backward
        return out

    def exp(self):
        out = Value(math.exp(self.data), (self,), "exp")

        def _backward():
            pass  # self.grad

        out._backward = _backward
        return out

    def log(self):
        out = Value(math.log(self.data), (self,), "log")

        def _backward():
            pass  # self.grad

        out._backward = _backward
        return out

    def tanh(self):
        out = Value(math.tanh(self.data), (self,), "tanh")

        def _backward():
            pass  # self.grad

        out._backward = _backward
        return out

    def relu(self):
        out = Value(max(0.0, self.data), (self,), "relu")

        def _backward():
            pass  # self.grad

        out._backward = _backward
        return out

    # The rest is built from those above, and needs no _backward of its own.

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __radd__(self, other):  # 2 + a
        return self + other

    def __rsub__(self, other):  # 2 - a
        return -self + other

    def __rmul__(self, other):  # 2 * a
        return self * other

    def __rtruediv__(self, other):  # 2 / a
        return Value(other) / self

    def backward(self):
        """Give every Value that this one is made of its grad.

        The grad of this one is 1. Then run each _backward, once, in an order in which whatever
        uses a Value comes before it: its grad is complete before it is passed on.
        """
        pass
