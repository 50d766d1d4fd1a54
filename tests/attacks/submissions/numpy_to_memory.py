"""Comes from an array to the functions that read memory.

Seen: numpy has a module for ctypes, and every array an attribute of that name.
"""

import numpy as np


def backward(n, logits):
    address = np.zeros(3).ctypes
    print("FOUND", address.data, np.ctypeslib)
    return {"dlogits": logits}
