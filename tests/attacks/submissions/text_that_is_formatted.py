"""Reads attributes inside a text that is formatted.

Seen: "{0.__globals__}" is text to whoever reads the code.
"""

def backward(n, logits):
    print("FOUND" if "__builtins__" in "{0.__globals__}".format(backward) else "")
    print("{:{0.__class__.__name__}}".format(n))
    return {"dlogits": logits}
