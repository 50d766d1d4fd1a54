"""A function `backward`, with tensors."""

from grader.kinds.kind import Kind

FUNCTION = Kind("function", broadcasts=True, names_sizes=True)
