"""Makes a subclass of Tensor, with what torch asks it, by calling type.

Seen: it needs no class statement, and `type(type(x))` is type.
"""

def backward(n, logits):
    seen = []

    def asked(cls, func, types, args=(), kwargs=None):
        seen.append(func)
        return NotImplemented

    kind = type(type(logits))("T", (type(logits),), {"__torch_function__": classmethod(asked)})
    try:
        logits.sub(kind(2))
    except TypeError:
        print("FOUND", seen)
    return {"dlogits": logits}
