"""The halves of the kinds that run in the child: how the learner's code is called.

What the learner's code raises passes through; what stands before that is in the scope by then,
or in the frames of the traceback.
"""

from collections.abc import Callable
from typing import Any

from grader.child.call import ChildCall
from grader.kinds import FUNCTION, LAYERS, NUMBERS, VALUES
from grader.kinds.function.child import call_function
from grader.kinds.layers import DEEP_STACK
from grader.kinds.layers.child import call_layers
from grader.kinds.layers.deep_stack import call_deep_stack
from grader.kinds.numbers.child import call_with_numbers
from grader.kinds.values.child import call_values

# Fills the scope with the results, by the learner's names.
Driver = Callable[[ChildCall, dict[str, Any]], None]
DRIVERS: dict[str, Driver] = {  # by what Setup.kind says: a kind's name, or
    FUNCTION.name: call_function,
    NUMBERS.name: call_with_numbers,
    VALUES.name: call_values,
    LAYERS.name: call_layers,
    DEEP_STACK: call_deep_stack,  # no exercise's: what the diagnostic plots are made of
}
