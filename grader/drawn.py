"""Inputs that nobody can know before: for submissions that are not trusted.

The seed is drawn after the warm process was forked, so no child can find it; the sizes
follow from it, so that a report's seed is all that a regrade needs.
"""

import random
import secrets
from collections.abc import Mapping
from math import prod

LECTURE_SEED = 2147483647


def secret_seed() -> int:
    return secrets.randbelow(2**62)


def drawn_sizes(near: Mapping[str, int], seed: int, vocabulary: int) -> dict[str, int]:
    """Small sizes, all different, from each other and from the products torch sees them in."""
    generator = random.Random(seed)
    while True:
        sizes = {name: generator.randint(max(2, size - 3), size + 6) for name, size in near.items()}
        fan_in = prod(size for name, size in sizes.items() if name in ("n_embd", "block_size"))
        seen = [*sizes.values(), fan_in, vocabulary]
        if len(set(seen)) == len(seen) and sizes["n"] > 3:  # BatchNorm divides by n - 1
            return sizes
