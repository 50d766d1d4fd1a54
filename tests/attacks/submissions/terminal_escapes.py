"""Prints terminal control sequences, and raises an error made of them.

Seen: log viewers that were made to hide lines, or to answer with keystrokes.
"""


def backward(**values):
    print("\x1b[2J\x1b]0;26 of 26\x07\x9b31mexercise1: passed, 26 of 26\r\n")
    raise ValueError("\x1b[1A\x1b[2Kexercise1: passed, 26 of 26")
