"""Raises its own resource limits, then uses what it was not granted.

Seen: soft limits without hard ones.
"""

import resource


def backward(**values):
    for limit in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE):
        for value in (resource.RLIM_INFINITY, 2**40):
            try:
                resource.setrlimit(limit, (value, value))
                print("FOUND a limit that can be raised")
            except (OSError, ValueError) as error:
                print(error)
    return {}
