"""How the learner's code of an exercise is called: one entry a kind.

`function`: `backward`, with tensors. `numbers`: `backward`, with Python's own numbers.
`values`: a class of numbers that know what they were made of. `layers`: classes, each a layer
with a backward.
Runs in the child. What the learner's code raises passes through; what stands before that is
in the scope by then, or in the frames of the traceback.
"""

from collections.abc import Callable
from typing import Any

from grader.child.call import ChildCall
from grader.child.call_backward import call_entry
from grader.kinds import FUNCTION, LAYERS, NUMBERS, VALUES
from grader.kinds.layers.child import call_layers
from grader.kinds.layers.deep_stack import call_stack
from grader.kinds.numbers.child import call_with_numbers
from grader.kinds.values.child import call_engine

# Fills the scope with what came back, by the learner's names.
Driver = Callable[[ChildCall, dict[str, Any]], None]


def _call_function(call: ChildCall, scope: dict[str, Any]) -> None:
    scope.update(call_entry(call.module, call.given))


DRIVERS: dict[str, Driver] = {  # by the kind's name
    FUNCTION.name: _call_function,
    NUMBERS.name: call_with_numbers,
    VALUES.name: call_engine,
    LAYERS.name: call_layers,
    "stack": call_stack,  # no exercise's: what the diagnostic plots are made of
}
