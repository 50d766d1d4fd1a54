"""Runs on in a callback of the garbage collector and in finalizers, when no alarm is set any more.

Seen: time limits that end with the call, and code that does not.
"""

import gc
import weakref


def loop(*_):
    while True:
        pass


class Loops:
    def __del__(self):
        loop()


def backward(n, logits):
    gc.callbacks.append(loop)
    gc.enable()
    gc.set_threshold(1, 1, 1)
    kept = Loops()
    weakref.finalize(kept, loop)
    kept.itself = kept
    del kept
    return {"dlogits": logits}
