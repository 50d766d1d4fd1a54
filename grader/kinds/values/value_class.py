"""The learner's class Value, and its forward side: as it was given, or there is nothing to grade.

Runs in the child.
"""

from collections.abc import Callable, Iterable, Mapping
from traceback import walk_tb
from typing import Any

import torch

from grader.child.call_backward import Unusable
from grader.errors import did_you_mean
from grader.kinds.numbers.child import is_number

TRIED_AT = {"x": 1.25, "y": 0.75}
CLOSE = 1e-9


def class_in(module: Mapping[str, Any]) -> Any:
    """Raises Unusable where the file defines none."""
    found = module.get("Value")
    if not isinstance(found, type):
        classes = [name for name, value in module.items() if isinstance(value, type)]
        raise Unusable(f"it defines no class `Value`{did_you_mean('Value', classes)}")
    return found


def function_of(text: str) -> Callable[[Any, Any], Any]:
    """Of an expression in x and y. The text is the course's own."""
    function: Callable[[Any, Any], Any] = eval(f"lambda x, y: {text}")
    return function


def check_forward_side(value: Any, operations: Iterable[str], path: str) -> None:
    """Try every operation once. `path`: the learner's file.

    Raises Unusable, or what the learner's own line raised.
    """
    for text in operations:
        function = function_of(text)
        due = function(*(torch.tensor(at, dtype=torch.float64) for at in TRIED_AT.values()))
        try:
            made = function(*map(value, TRIED_AT.values()))
        except (TypeError, AttributeError) as error:
            if path in [frame.f_code.co_filename for frame, _ in walk_tb(error.__traceback__)]:
                raise
            raise Unusable(f"`{text}` cannot be worked out with a Value: {error}.") from None
        check(value, text, made, due.item())


def check(value: Any, text: str, made: Any, due: float) -> None:
    """Raises Unusable where this is not the expected Value."""
    if not isinstance(made, value):
        raise Unusable(f"`{text}` is not a Value but {type(made).__name__}.")
    if not is_number(made.data):
        raise Unusable(f"the data of `{text}` is not a number but {type(made.data).__name__}.")
    if not abs(made.data - due) <= CLOSE * (1 + abs(due)):
        at = [f"{name} = {number}" for name, number in TRIED_AT.items() if name in text]
        where = "" if "=" in text else f" for {' and '.join(at)}"
        raise Unusable(f"`{text}` has the data {made.data:.6g}{where}; expected {due:.6g}.")
