"""Registers work for when the process ends: atexit, finalizers, a thread's end.

Seen: submissions that rewrote the result after the tests had run.
"""

import atexit
import weakref
from pathlib import Path


class TermCoefficients:
    pass


held = TermCoefficients()


def mark(*args):
    for folder in ("/tmp", "/var/tmp", "."):
        try:
            Path(folder, "handgrad_attack_atexit").write_text("")
        except OSError:
            continue


def backward(**values):
    atexit.register(mark)
    weakref.finalize(held, mark)
    return {}
