"""The worked answer of warmup1: derivatives, first measured, then by hand."""

from math import cos


def backward(x, a, b, c, w, f, d, ratio, wave, growth, root, squashed, cubed):
    # A step to both sides: what the curve bends to one side is made up for on the other.
    h = 1e-5
    above = 3 * (x + h) ** 2 - 4 * (x + h) + 5
    below = 3 * (x - h) ** 2 - 4 * (x - h) + 5
    slope = (above - below) / (2 * h)
    # d is a straight line in each of a, b and c: any h that floats can tell will do.
    slope_a = ((a + h) * b + c - d) / h
    slope_b = (a * (b + h) + c - d) / h
    slope_c = (a * b + (c + h) - d) / h
    # log: one over what is in it. From here on every line is the local derivative times
    # what arrives: the chain rule.
    dcubed = 1 / (f + cubed)
    dsquashed = 3 * squashed**2 * dcubed
    # tanh: 1 minus its own square.
    droot = (1 - squashed**2) * dsquashed
    dgrowth = 0.5 / root * droot
    # exp is its own derivative; then the product inside: each factor receives the other.
    dwave = growth * ratio * dgrowth
    dratio = growth * wave * dgrowth
    dd = dratio / f
    # f is read twice, by the quotient and by the loss: what comes back adds up.
    df = -d / f**2 * dratio + 1 / (f + cubed)
    dw = cos(w * x) * x * dwave
    da = b * dd
    # b is read twice as well.
    db = a * dd - (1 - squashed**2) * dsquashed
    dc = dd
    dx = (6 * x - 4) * df + cos(w * x) * w * dwave
    return locals()
