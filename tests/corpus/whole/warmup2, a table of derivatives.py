"""No _backward at all: each result keeps its parts and the derivatives in them."""
# flags: judged-in-chain

import math


class Value:
    __slots__ = ("data", "grad", "parts")

    def __init__(self, data, parts=()):
        self.data, self.grad, self.parts = data, 0.0, parts

    @staticmethod
    def of(number):
        return number if isinstance(number, Value) else Value(number)

    def __add__(self, other):
        other = Value.of(other)
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = Value.of(other)
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))

    def __truediv__(self, other):
        x, y = self.data, Value.of(other).data
        return Value(x / y, ((self, 1 / y), (Value.of(other), -x / y**2)))

    def __pow__(self, n):
        return Value(self.data**n, ((self, n * self.data ** (n - 1)),))

    def exp(self):
        return Value(math.exp(self.data), ((self, math.exp(self.data)),))

    def log(self):
        return Value(math.log(self.data), ((self, 1 / self.data),))

    def tanh(self):
        return Value(math.tanh(self.data), ((self, 1 - math.tanh(self.data) ** 2),))

    def relu(self):
        return Value(max(self.data, 0), ((self, self.data > 0),))

    def __neg__(self):
        return Value(-self.data, ((self, -1),))

    def __sub__(self, other):
        other = Value.of(other)
        return Value(self.data - other.data, ((self, 1.0), (other, -1.0)))

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other):
        return Value(other) - self

    def __rtruediv__(self, other):
        return Value(other) / self

    def backward(self):
        order, seen = [], set()

        def visit(value):
            if id(value) not in seen:
                seen.add(id(value))
                for part, _ in value.parts:
                    visit(part)
                order.append(value)

        visit(self)
        self.grad = 1.0
        while order:
            value = order.pop()
            for part, derivative in value.parts:
                part.grad += derivative * value.grad
