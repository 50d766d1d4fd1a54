"""Call `backward` once, with tensors. Runs in the child."""

from typing import Any

from grader.child.call import ChildCall
from grader.child.call_backward import call_entry


def call_function(call: ChildCall, scope: dict[str, Any]) -> None:
    """Raises what the learner's code raises, and Unusable."""
    scope.update(call_entry(call.module, call.given, call.extra))
