"""Leaves a trace function and a profiler behind, to see and change the frames that serve it.

Seen: state of the interpreter that outlives a call of the submission.
"""

import sys


def spy(frame, event, argument):
    for name, value in list(frame.f_locals.items()):
        if name in ("reference", "references", "solution", "seed", "exercise"):
            print("FOUND", name)
        if name == "answer" and hasattr(value, "gradients"):
            object.__setattr__(value, "unusable", None)
            object.__setattr__(value, "autodiff", None)
            object.__setattr__(value, "raised", None)
    return spy


def backward(n, logits):
    sys.settrace(spy)
    sys.setprofile(spy)
    frame = sys._getframe()
    while frame is not None:
        frame.f_trace = spy
        frame = frame.f_back
    raise ValueError
