"""warmup1: Derivatives, first measured, then by hand.

A derivative says by how much a result grows when one number grows a little. It can be measured:
let the number grow by a small h, see what the result does, divide. And it can be worked out,
one operation at a time, with the chain rule: then no h is needed, and it is exact.

Replace each None by the gradient of the loss with respect to that value; its shape
is given. Every value of the forward pass is at hand under its own name.
A name without a d is no gradient: the comment above it says what is asked for.
Then run: grade warmup1
"""

from math import cos


def backward(x, a, b, c, w, f, d, ratio, wave, growth, root, squashed, cubed):
    # By how much f grows for each 1 that x grows. Measure it: let x grow by a small h, work f
    # out anew, divide by h. The first five digits are to be right: how small is small?
    slope = None  # ()

    # The same for d = a * b + c when only a grows; b and c stay as they are.
    slope_a = None  # ()

    # When only b grows.
    slope_b = None  # ()

    # When only c grows.
    slope_c = None  # ()

    # loss = log(f + cubed)
    dcubed = None  # ()

    # cubed = squashed**3
    dsquashed = None  # ()

    # squashed = tanh(root - b)
    droot = None  # ()

    # root = sqrt(growth + 1)
    dgrowth = None  # ()

    # growth = exp(ratio * wave)
    dwave = None  # ()

    # growth = exp(ratio * wave)
    dratio = None  # ()

    # ratio = d / f
    dd = None  # ()

    # loss = log(f + cubed)
    # ratio = d / f
    df = None  # ()

    # wave = sin(w * x)
    dw = None  # ()

    # d = a * b + c
    da = None  # ()

    # squashed = tanh(root - b)
    # d = a * b + c
    db = None  # ()

    # d = a * b + c
    dc = None  # ()

    # wave = sin(w * x)
    # f = 3 * x**2 - 4 * x + 5
    dx = None  # ()

    return locals()
