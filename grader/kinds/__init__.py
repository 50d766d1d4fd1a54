"""What kinds of code an exercise can ask for: a package each, with a half for either process."""

from grader.kinds.function import FUNCTION
from grader.kinds.kind import Kind
from grader.kinds.layers import LAYERS
from grader.kinds.numbers import NUMBERS
from grader.kinds.values import VALUES

__all__ = ["FUNCTION", "KINDS", "LAYERS", "NUMBERS", "VALUES", "Kind"]
KINDS: dict[str, Kind] = {kind.name: kind for kind in (FUNCTION, NUMBERS, VALUES, LAYERS)}
