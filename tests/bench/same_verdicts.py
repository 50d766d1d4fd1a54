"""Whether two versions of the grader say the same: verdict, line, mistake and score.

    python tests/bench/same_verdicts.py record FOLDER [--mutants | --tests] [--exercise E ...]
    python tests/bench/same_verdicts.py compare OLD NEW

`record` grades every mutant of the course (tests/mutation, the lecture's seed) and runs the
tests that grade right forms, wrong forms and attacks; each report is written down under what
was graded. `compare` shows every submission that both folders hold and that the two versions
graded differently, and exits with 1 if there is one. Record the old version in a clone of its own.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

FOLDER = "HANDGRAD_VERDICTS"  # the variable that names the folder to a test run
ROOT = Path(__file__).parent.parent.parent
# The tests that grade: all but those of training, pages and the command.
GRADING = ("tests", "--ignore=tests/cli", "--ignore=tests/render", "--ignore=tests/mutation")
PORT = re.compile(r"\b[1-6]\d{4}\b")  # drawn anew for each run of an attack


def summary(report: Any) -> dict[str, Any]:
    return {
        "score": report.score,
        "passed": report.passed,
        "gradients": {
            g.name: [g.verdict, g.line, g.diagnosis.mistake if g.diagnosis else None]
            for g in report.gradients
        },
    }


def write_down(folder: Path) -> None:
    """From here on every grading in this process is written to a file of its own there."""
    from grader.grading import Grader

    file = (folder / f"{os.getpid()}.jsonl").open("a", encoding="utf-8")
    grade = Grader.grade

    def noted(self: Any, exercise: Any, submission: Any) -> Any:
        report = grade(self, exercise, submission)
        options = [self.options.seed, self.options.timeout, self.options.strict]
        if self.options.untrusted:  # its seed is drawn
            options = ["untrusted"]
        asked = json.dumps([exercise.name, PORT.sub("PORT", submission.source), options])
        entry = {
            "of": hashlib.sha256(asked.encode()).hexdigest()[:20],
            "exercise": exercise.name,
            "file": submission.path.name,
            "report": summary(report),
        }
        file.write(json.dumps(entry) + "\n")
        file.flush()
        return report

    Grader.grade = noted  # type: ignore[method-assign]


def pytest_configure() -> None:
    """This module is a plugin of the test run that `record` starts."""
    plain_kernels()
    write_down(Path(os.environ[FOLDER]))


def plain_kernels() -> None:
    os.environ["ATEN_CPU_CAPABILITY"] = "default"  # before torch is imported
    os.environ["OMP_NUM_THREADS"] = "1"


def record_mutants(folder: Path, exercises: list[str]) -> None:
    plain_kernels()
    from tests.grading import SEED
    from tests.mutation.grading import grade_all
    from tests.mutation.mutants import every_mutant

    write_down(folder)
    for exercise in exercises:
        outcomes = grade_all(every_mutant((exercise,), bundled=True), SEED)
        print(f"{exercise}: {len(outcomes)} mutants", flush=True)


def record_tests(folder: Path) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--timeout", "300"]
    command += ["-p", "tests.bench.same_verdicts", *GRADING]
    environment = os.environ | {FOLDER: str(folder.resolve())}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def recorded(folder: Path) -> dict[str, dict[str, Any]]:
    entries: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            entries[entry["of"]] = entry
    return entries


def compare(old: Path, new: Path) -> int:
    before, after = recorded(old), recorded(new)
    both = before.keys() & after.keys()
    different: Counter[str] = Counter()
    for key in sorted(both, key=lambda key: (before[key]["exercise"], key)):
        one, other = before[key]["report"], after[key]["report"]
        if one == other:
            continue
        different[before[key]["exercise"]] += 1
        print(f"{key} {before[key]['exercise']} {before[key]['file']}")
        if one["score"] != other["score"] or one["passed"] != other["passed"]:
            print(f"  score {one['score']} -> {other['score']}, passed {other['passed']}")
        for name, was in one["gradients"].items():
            if (now := other["gradients"].get(name)) != was:
                print(f"  {name}: {was} -> {now}")
    only = f"{len(before.keys() - both)} only in {old}, {len(after.keys() - both)} only in {new}"
    print(f"{len(both)} submissions in both, {different.total()} graded differently; {only}")
    return int(bool(different) or not both)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    record = commands.add_parser("record")
    record.add_argument("folder", type=Path)
    record.add_argument("--mutants", action="store_true", help="only these")
    record.add_argument("--tests", action="store_true", help="only these")
    record.add_argument("--exercise", action="append", dest="exercises")
    held = commands.add_parser("compare")
    held.add_argument("old", type=Path)
    held.add_argument("new", type=Path)
    given = parser.parse_args()
    if given.command == "compare":
        return compare(given.old, given.new)
    given.folder.mkdir(parents=True, exist_ok=True)
    if not given.tests:
        from grader.course import EXERCISES

        record_mutants(given.folder, given.exercises or list(EXERCISES))
    return 0 if given.mutants else record_tests(given.folder)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
