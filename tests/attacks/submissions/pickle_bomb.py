"""Returns objects whose unpickling, printing or deletion runs code.

Seen: graders that send results through multiprocessing, which pickles.
"""

from pathlib import Path


def leave_a_mark(*args):
    Path("/tmp/handgrad_attack_pickle").write_text("")
    return "x"


class Bomb:
    def __reduce__(self):
        return leave_a_mark, ()

    __repr__ = __str__ = __format__ = __del__ = leave_a_mark


def backward(**values):
    return {"d" + name: Bomb() for name in values} | {"others": Bomb()}
