"""The worked answer of warmup2: micrograd's Value."""

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
            # += and not =: in a + a both are the same Value, and each use counts.
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), "*")

        def _backward():
            # Each factor gets the other one.
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def __pow__(self, number):
        out = Value(self.data**number, (self,), f"**{number}")

        def _backward():
            # The exponent comes down as a factor and drops by one.
            self.grad += number * self.data ** (number - 1) * out.grad

        out._backward = _backward
        return out

    def __truediv__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data / other.data, (self, other), "/")

        def _backward():
            # self * other**-1: the power rule gives other its minus.
            self.grad += out.grad / other.data
            other.grad += -self.data / other.data**2 * out.grad

        out._backward = _backward
        return out

    def exp(self):
        out = Value(math.exp(self.data), (self,), "exp")

        def _backward():
            # exp is its own derivative, and out already holds its value.
            self.grad += out.data * out.grad

        out._backward = _backward
        return out

    def log(self):
        out = Value(math.log(self.data), (self,), "log")

        def _backward():
            self.grad += out.grad / self.data

        out._backward = _backward
        return out

    def tanh(self):
        out = Value(math.tanh(self.data), (self,), "tanh")

        def _backward():
            # 1 minus its own square.
            self.grad += (1 - out.data**2) * out.grad

        out._backward = _backward
        return out

    def relu(self):
        out = Value(max(0.0, self.data), (self,), "relu")

        def _backward():
            # An entry that was cut off changes nothing.
            self.grad += (self.data > 0) * out.grad

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
        # Each Value comes after its operands; read backwards, its uses come first.
        ordered, seen = [], set()

        def put_down(value):
            if value not in seen:
                seen.add(value)
                for part in value._prev:
                    put_down(part)
                ordered.append(value)

        put_down(self)
        self.grad = 1.0
        for value in reversed(ordered):
            value._backward()
