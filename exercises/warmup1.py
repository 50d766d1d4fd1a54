"""warmup1: Derivatives, first measured, then by hand.

A derivative says by how much a result grows when one number grows a little. It can be measured:
let the number grow by a small h, see how far the result moves, divide. And it can be derived,
one operation at a time, with the chain rule: then no h is needed, and it is exact.

    curve = 3 * x**2 - 4 * x + 5
    d = a * b + c
    ratio = d / curve
    wave = sin(w * x)
    growth = exp(ratio * wave)
    root = sqrt(growth + 1)
    squashed = tanh(root - b)
    cubed = squashed**3
    total = curve + cubed
    loss = log(total)

Replace each None. Every value of the forward pass is available under its own name,
as a plain number. dx is the derivative of the loss with respect to x; the comment
above it shows a line that uses x; others may use it as well. Your code is called
several times, each time with different numbers.
A name without a d is not a gradient: the comment above it says what is asked for.
Then run: grade warmup1
"""

from math import cos


def backward(x, a, b, c, w, curve, d, ratio, wave, growth, root, squashed, cubed, total):
    # The slope of curve = 3 * x**2 - 4 * x + 5 at x: by how much it grows for each 1 that x
    # grows. Measure it: let x grow by a small h of your choice, compute the curve again, take
    # the difference, divide by h. Five digits have to be right: how small is small?
    slope = None

    # The slope of d = a * b + c when only a grows; b and c stay as they are.
    slope_a = None

    # The same when only b grows.
    slope_b = None

    # The same when only c grows.
    slope_c = None

    # loss = log(total)
    dtotal = None

    # total = curve + cubed
    dcubed = None

    # cubed = squashed**3
    dsquashed = None

    # squashed = tanh(root - b)
    droot = None

    # root = sqrt(growth + 1)
    dgrowth = None

    # growth = exp(ratio * wave)
    dwave = None

    # growth = exp(ratio * wave)
    dratio = None

    # ratio = d / curve
    dd = None

    # total = curve + cubed
    dcurve = None

    # wave = sin(w * x)
    dw = None

    # d = a * b + c
    da = None

    # squashed = tanh(root - b)
    db = None

    # d = a * b + c
    dc = None

    # wave = sin(w * x)
    dx = None

    return locals()
