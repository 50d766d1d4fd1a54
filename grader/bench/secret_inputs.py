"""Inputs that nobody can know before: for submissions that are not trusted.

The seed is drawn after the warm process was forked, so no child can find it; the sizes
follow from it, so that a report's seed is all that a regrade needs.
"""

import random
import secrets
from collections.abc import Mapping
from math import prod

LECTURE_SEED = 2147483647
JOINED = ("n_embd", "block_size")  # a layer sees them as one size, their product


def secret_seed() -> int:
    return secrets.randbelow(2**62)


def drawn_sizes(near: Mapping[str, int], seed: int, vocabulary: int) -> dict[str, int]:
    """Small sizes, all different, from each other and from the products torch sees them in."""
    generator = random.Random(seed)
    while True:
        sizes = {name: generator.randint(max(2, size - 3), size + 6) for name, size in near.items()}
        joined = [sizes[name] for name in JOINED if name in sizes]
        seen = [*sizes.values(), vocabulary]
        seen += [prod(joined)] if len(joined) > 1 else []  # alone it is among them already
        apart = len(set(seen)) == len(seen)
        if apart and sizes.get("n", 4) > 3:  # BatchNorm divides by n - 1; numbers have no batch
            return sizes
