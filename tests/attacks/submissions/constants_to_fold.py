"""Has a compiler work out powers and texts beyond any memory, before a line has run.

Seen: whatever folds constants while it reads, outside the time limit of what it reads.
"""

TOWER = 9**9**9**9
LONG = "a" * 10**12
ROW = ((0,) * 10**6,) * 10**6


def backward(logits):
    return {"dlogits": logits}
