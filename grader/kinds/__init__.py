"""What kind of code an exercise asks for, and what the grader has to know of each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    name: str
    # The learner completes classes, and each of their operations is run alone, on what it is
    # handed. Other kinds are one function, which is instrumented.
    classes: bool = False
    python_numbers: bool = False  # a number is a float of Python's, not a tensor


FUNCTION = Kind("function")  # `backward`, with tensors
NUMBERS = Kind("numbers", python_numbers=True)  # `backward`, with Python's own numbers
VALUES = Kind("values", classes=True, python_numbers=True)  # numbers that know their making
LAYERS = Kind("layers", classes=True)  # classes, each a layer with a backward
KINDS = {kind.name: kind for kind in (FUNCTION, NUMBERS, VALUES, LAYERS)}
