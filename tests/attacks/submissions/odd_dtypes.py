"""Returns complex, integer, boolean and half tensors, sparse, meta and quantized ones.

Seen: comparisons that cast, and thereby round, before they look.
"""

import torch


def backward(**values):
    makers = (
        lambda t: t.to(torch.complex64),
        lambda t: t.to(torch.int64),
        lambda t: t.bool(),
        lambda t: t.to(torch.float16),
        lambda t: t.to_sparse(),
        lambda t: t.to("meta"),
        lambda t: torch.quantize_per_tensor(t.float(), 1.0, 0, torch.qint8),
        lambda t: t.expand(1000, *t.shape),
    )
    found = {}
    for at, (name, value) in enumerate(values.items()):
        if isinstance(value, torch.Tensor):
            found["d" + name] = makers[at % len(makers)](value)
    return found
