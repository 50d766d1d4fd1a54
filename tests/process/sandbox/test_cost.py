"""The sandbox costs little beside the grading itself."""

import sys

import pytest

from tests.bench.sandbox import LIMIT, cost


@pytest.mark.skipif(sys.platform != "linux", reason="the sandbox takes Linux")
def test_a_grading_in_the_sandbox_costs_little_more() -> None:
    sandboxed, without = cost(rounds=6)
    assert sandboxed <= LIMIT * without
