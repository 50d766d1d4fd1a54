"""What the sandbox costs: processor time of a grading in it and without it, in one run.

    python tests/bench/sandbox.py [ROUNDS]

Both graders live side by side and take turns, so that the machine's own ups and downs fall
on both. Counted is the time of this process, of the warm process and of its children.
Exits with 1 where the ratio is above its limit.
"""

import os
import sys
import time
import warnings
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))
os.environ["ATEN_CPU_CAPABILITY"] = "default"  # before torch is imported, as `grade` has it
os.environ["OMP_THREAD_LIMIT"] = "1"

import grader.process.sandbox.layers as table
from grader.course.exercise import load_exercise
from grader.course.names import NameData, read_names
from grader.grading import Grader, Options
from grader.process.launcher import WarmProcess
from grader.syntax.submission import read_submission
from grader.workspace import kit
from tests.proc import status_of

LIMIT = 1.5


def processor_time(grader: Grader) -> float:
    """Seconds, of this process and of the grader's others."""
    assert isinstance(grader.launcher, WarmProcess) and grader.launcher.pid
    return time.process_time() + status_of(grader.launcher.pid).cpu


def cost(rounds: int) -> tuple[float, float]:
    """Seconds of processor time for `rounds` gradings of exercise1: sandboxed, without."""
    data = NameData(read_names(kit.NAMES))
    exercise = load_exercise("exercise1")
    submission = read_submission(kit.solution_path("exercise1"))
    layers = table.LAYERS
    spent = [0.0, 0.0]
    with ExitStack() as stack, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graders = []
        for taken_on in (layers, ()):
            table.LAYERS = taken_on
            graders.append(stack.enter_context(Grader(data, Options())))
        table.LAYERS = layers
        for grader in graders:
            grader.grade(exercise, submission)
        for _ in range(rounds):
            for at, grader in enumerate(graders):
                before = processor_time(grader)
                assert grader.grade(exercise, submission).passed
                spent[at] += processor_time(grader) - before
    return spent[0], spent[1]


def main(rounds: int) -> int:
    sandboxed, without = cost(rounds)
    print(f"{rounds} gradings of exercise1, processor time of one")
    print(f"  in the sandbox  {1000 * sandboxed / rounds:6.1f} ms")
    print(f"  without         {1000 * without / rounds:6.1f} ms")
    ratio = sandboxed / without
    verdict = "ok" if ratio <= LIMIT else "above its limit"
    print(f"  ratio           {ratio:6.2f}  {verdict}: {LIMIT}")
    return int(ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
