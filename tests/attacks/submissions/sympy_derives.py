"""Lets sympy, which comes with torch, derive the formulas.

Seen: it is installed wherever torch is.
"""

from sympy import Symbol, exp, lambdify, log, sin, sqrt, symbols, tanh


def backward(x, a, b, c, w):
    names = symbols("x a b c w")
    X, A, B, C, W = names
    curve = 3 * X**2 - 4 * X + 5
    squashed = tanh(sqrt(exp((A * B + C) / curve * sin(W * X)) + 1) - B)
    loss = log(curve + squashed**3)
    dx, da, db, dc, dw = (lambdify(names, loss.diff(name))(x, a, b, c, w) for name in names)
    slope = 6 * x - 4
    return {"dx": dx, "da": da, "db": db, "dc": dc, "dw": dw, "slope": slope}
