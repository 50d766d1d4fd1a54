"""How much code a submission may be: what is more is refused before it is looked into.

A right answer has a thousand nodes, the lecture's whole notebook five times that.
"""

import ast
from collections.abc import Iterable

MAX_BYTES = 200_000  # of code
MAX_CELLS = 2_000  # of a notebook, with code
MAX_PARTS = 1_000_000  # brackets and commas of its file: a picture has none
MAX_NODES = 20_000  # of its syntax trees
SHORT = 10_000  # characters, which have no more nodes than that


def too_much(trees: Iterable[ast.Module], characters: int) -> bool:
    if characters <= SHORT:
        return False
    left = MAX_NODES
    nodes: list[ast.AST] = list(trees)
    while nodes and left > 0:
        left -= 1
        nodes.extend(ast.iter_child_nodes(nodes.pop()))
    return bool(nodes)
