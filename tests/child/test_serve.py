"""What a child keeps of a call, and what not."""

import gc

import pytest
import torch

from grader.child.recorder import Recorder
from grader.child.serve import Code, run
from grader.child.time_limits import TimeLimits
from grader.kinds.drivers import DRIVERS
from grader.protocol.messages import Isolation, Request, Setup
from grader.rows import Row

SOURCE = """
def helper(x):
    return backward

def backward(y):
    dy = y * 2
    dx = dy * 3{raising}
    return locals()
"""


@pytest.mark.parametrize("raising", ["", "\n    1 / 0"])
def test_the_tensors_of_an_isolated_run_are_gone_with_it(raising: str) -> None:
    """No collection runs in a child: where the module kept them, each run would need new memory."""
    rows = (Row("y"), Row("x"))
    setup = Setup(SOURCE.format(raising=raising), "answer.py", 5.0, "function", rows)
    values = {"y": torch.ones(2)}
    request = Request(values, {}, True, Isolation({"y": torch.ones(2), "x": torch.ones(2)}))
    gc.collect()
    gc.disable()
    try:
        answer = run(Code(setup, DRIVERS), request, TimeLimits(5.0))
        assert answer.gradients.keys() == {"y", "x"}
        assert not any(type(one) is Recorder for one in gc.get_objects())
    finally:
        gc.enable()
