"""Raises what no one can print: a class without a name, notes that are no text, a circle of causes.

Seen: a report made with the exception's own __str__, __module__ and __notes__.
"""


class Odd(Exception):
    __module__ = None
    __notes__ = {"a": object()}

    def __str__(self):
        raise MemoryError("\x1b]0;owned\x07" * 1000)

    __repr__ = __str__


Odd.__name__ = "\x1b[2J\u202e" * 50
Odd.__qualname__ = "\n" * 100


def backward(n, logits):
    first, second = Odd(1), Odd(2)
    first.__cause__, second.__context__ = second, first
    first.obj = first.name = "d" * 10**6
    first.__traceback__ = None
    raise first
