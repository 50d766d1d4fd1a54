"""The worked answer of warmup1: derivatives, first measured, then by hand."""

from math import cos


def backward(x, a, b, c, w, curve, d, ratio, wave, growth, root, squashed, cubed,
             total):
    # Small compared with x, and large compared with the last digit of a float.
    h = 1e-5
    # A step to both sides: the bend of the curve on one side cancels that on the other.
    above = 3 * (x + h) ** 2 - 4 * (x + h) + 5
    below = 3 * (x - h) ** 2 - 4 * (x - h) + 5
    slope = (above - below) / (2 * h)
    # d is a straight line in each of a, b and c, so a step to one side will do.
    slope_a = ((a + h) * b + c - d) / h
    slope_b = (a * (b + h) + c - d) / h
    slope_c = (a * b + (c + h) - d) / h
    # From here on each line is upstream gradient times local derivative: the chain rule.
    # At the loss the upstream gradient is 1, and the derivative of log(total) is 1 / total.
    dtotal = 1 / total
    # A sum passes the upstream gradient on to each of its terms unchanged.
    dcubed = dtotal
    dsquashed = dcubed * (3 * squashed**2)
    # tanh: 1 minus the square of its result.
    droot = dsquashed * (1 - squashed**2)
    dgrowth = droot / (2 * root)
    # exp is its own derivative; then the product inside: each factor gets the other one.
    dwave = dgrowth * growth * ratio
    dratio = dgrowth * growth * wave
    dd = dratio / curve
    # curve is read twice, by the quotient and by the sum: the contributions add up.
    dcurve = -dratio * d / curve**2 + dtotal
    dw = dwave * cos(w * x) * x
    da = dd * b
    # b is read twice as well.
    db = dd * a - dsquashed * (1 - squashed**2)
    dc = dd
    dx = dcurve * (6 * x - 4) + dwave * cos(w * x) * w
    return locals()
