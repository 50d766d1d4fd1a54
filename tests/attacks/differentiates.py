"""python -m tests.attacks.differentiates ATTACK=EXERCISE...: run each in a fork of this process,
with nobody in its way, and compare what it gives with torch's gradients. Prints which agree."""

import os
import sys

import torch

from grader.bench.bench import setup_for
from grader.child.serve import Code, run
from grader.child.time_limits import TimeLimits
from grader.course.exercise import load_exercise
from grader.kinds.drivers import DRIVERS
from grader.syntax.submission import read_submission
from tests.attacks.range import SUBMISSIONS
from tests.grading import references, trial


def agrees(attack: str, exercise: str) -> bool:
    asked, path = trial(exercise, dtype=torch.float32), SUBMISSIONS / f"{attack}.py"
    setup = setup_for(load_exercise(exercise), read_submission(path), 60.0)
    answer = run(Code(setup, DRIVERS), asked.request, TimeLimits(60.0))
    expected = references(asked)
    found = [(given.float(), expected[name].float()) for name, given in answer.gradients.items()]
    return bool(found) and all(torch.allclose(*pair, 1e-3, 1e-6) for pair in found)


def main(asked: list[str]) -> None:
    for one in asked:
        attack, exercise = one.split("=")
        child = os.fork()
        if child == 0:
            print(f"{attack}\n" * agrees(attack, exercise), end="", flush=True)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1:])
