"""Prints without end. (Here: 64 MiB at most.)

Seen: CI logs that filled a disk.
"""


def backward(**values):
    for _ in range(64):
        print("x" * 2**20)
    return {}
