"""A function `backward`, with Python's own numbers."""

from grader.kinds.kind import Kind

NUMBERS = Kind("numbers", plain_numbers=True)
