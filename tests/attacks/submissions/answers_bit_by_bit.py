"""Makes backward a generator, which would go on for ever and answers in pieces.

Seen: code that walks through what it was given back, whatever that is.
"""


def backward(logits):
    yield {"dlogits": logits}
    while True:
        yield "dlogits", logits
