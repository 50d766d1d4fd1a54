"""What a wrong answer costs beside a right one: python tests/bench/diagnosing.py [COUNT] [RUNS]

One warm grader, exercise1. COUNT of its single mistakes (0: all of them), drawn by a fixed
seed, each RUNS times in turn with the worked answer; the least time of each counts, for a
busy machine only ever adds. Diagnosing costs at most as much again where the ratio is at
most 2. Exits with 1 where the median is above that.
"""

import os
import random
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ["ATEN_CPU_CAPABILITY"] = "default"  # before torch is imported

from grader.course.exercise import load_exercise
from grader.grading import Grader, Options
from grader.process.attempt import Attempt
from grader.protocol.messages import Answer, Ended, Request
from grader.syntax.submission import Submission, read_submission
from tests.grading import names
from tests.mutation.mutants import every_mutant
from tests.mutation.syntax import worked_answer

LIMIT = 2.0
NAME = "exercise1"
asked = 0  # calls of the learner's function so far


def counted() -> None:
    """Count what children are asked."""
    ask = Attempt.ask

    def counting(self: Attempt, request: Request) -> Answer | Ended:
        global asked
        asked += 1
        return ask(self, request)

    Attempt.ask = counting  # type: ignore[method-assign]


def graded(grader: Grader, submission: Submission) -> tuple[float, int]:
    """Milliseconds, and how many calls it took."""
    before, start = asked, time.perf_counter()
    grader.grade(load_exercise(NAME), submission)
    return 1000 * (time.perf_counter() - start), asked - before


def main(count: int, runs: int) -> int:
    counted()
    mutants = [mutant for mutant in every_mutant((NAME,)) if not mutant.right]
    mutants = random.Random(NAME).sample(mutants, count) if count else mutants
    ratios, further, right_ms = [], [], []
    with TemporaryDirectory() as folder, Grader(names(), Options()) as grader:
        paths = Path(folder) / "right.py", Path(folder) / "wrong.py"
        paths[0].write_text(worked_answer(load_exercise(NAME)).source, encoding="utf-8")
        right = read_submission(paths[0])
        for _ in range(3):
            graded(grader, right)
        for mutant in mutants:
            paths[1].write_text(mutant.source, encoding="utf-8")
            wrong = read_submission(paths[1])
            pairs = [(graded(grader, right), graded(grader, wrong)) for _ in range(runs)]
            (base, usual), (cost, calls) = (min(each) for each in zip(*pairs, strict=True))
            right_ms.append(base)
            ratios.append((cost / base, mutant.name))
            further.append(calls - usual)
    ratios.sort()
    at = {"median": 0.5, "90 %": 0.9, "worst": 1.0}
    print(f"{len(ratios)} mistakes of {NAME}; right answer {statistics.median(right_ms):.0f} ms")
    for label, part in at.items():
        ratio, name = ratios[max(0, round(part * len(ratios)) - 1)]
        print(f"  {label:<6} {ratio:.2f}  {name}")
    looked = sum(calls > 0 for calls in further)
    print(f"  asked further: {100 * looked / len(further):.0f} % of them, ", end="")
    print(f"median {statistics.median(further):g} calls, most {max(further)}")
    median = statistics.median(ratio for ratio, _ in ratios)
    return int(median > LIMIT)


if __name__ == "__main__":
    given = [int(number) for number in sys.argv[1:]]
    sys.exit(main(*(given + [60, 3][len(given) :])))
