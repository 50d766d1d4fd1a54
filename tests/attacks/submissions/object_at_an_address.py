"""Makes an array of objects over an array of numbers: an object at whatever address.

Seen: numpy's own ndarray takes a buffer and any dtype, and id() is an address.
"""

import numpy as np


def backward(n, logits):
    there = np.ndarray((1,), dtype="O", buffer=np.array([id(logits)]))[0]
    print("FOUND" if there is logits else "")
    return {"dlogits": logits}
