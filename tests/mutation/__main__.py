"""python -m tests.mutation: grade every mutant and print the table."""

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from grader.course import EXERCISES


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds, the lecture's first")
    parser.add_argument("--native", action="store_true", help="with this machine's own kernels")
    parser.add_argument("--exercise", action="append", choices=EXERCISES, dest="exercises")
    parser.add_argument("--json", type=Path, help="write the record to this file")
    parser.add_argument("--pairs", type=int, default=0, help="so many pairs an exercise")
    parser.add_argument("--triples", type=int, default=0, help="so many triples an exercise")
    parser.add_argument("--bundle", action="store_true", help="rewrites of a kind together")
    parser.add_argument("--list-misses", action="store_true")
    parser.add_argument("--notebook", action="store_true", help="told the same as cells?")
    parser.add_argument("--raising", type=int, default=0, help="so many with a line that raises")
    parser.add_argument("--sweep", action="store_true", help="only who passes and who is refused")
    return parser.parse_args()


def sweep_all(exercises: tuple[str, ...], given: argparse.Namespace) -> int:
    """Seed after seed, rewrites of a kind together; the record is written after each.

    1 where something passed or was refused that should not have been.
    """
    from tests.grading import SEED

    from .grading import grade_all
    from .mutants import every_mutant

    mutants, done = every_mutant(exercises, bundled=True), []
    for seed in [SEED, *range(1, given.seeds)]:
        outcomes = grade_all(mutants, seed)
        rewrites = [one for one in outcomes if one.mutant.right]
        mistakes = [one for one in outcomes if not one.mutant.right]
        passed = [one.name for one in mistakes if not one.caught]
        refused = [one.name for one in rewrites if one.wrongly_accused or one.broke]
        done.append({"seed": seed, "passed": passed, "refused": refused})
        print(
            f"seed {seed}: {len(mistakes)} mistakes, {len(passed)} passed; "
            f"{len(rewrites)} rewrites, {len(refused)} refused"
        )
        print(*passed, *refused, sep="\n", flush=True)
        if given.json is not None:
            record = {"native": given.native, "exercises": exercises, "seeds": done}
            given.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return int(any(found["passed"] or found["refused"] for found in done))


def as_notebooks(exercises: tuple[str, ...]) -> int:
    """1 where a mutant's notebook is told otherwise than its file."""
    from tests.grading import SEED

    from .mutants import every_mutant
    from .notebooks import differences, fits_cells

    apart = 0
    for name in exercises:
        mutants = [mutant for mutant in every_mutant([name]) if fits_cells(mutant.source)]
        found = [differences(mutant, SEED) for mutant in mutants]
        print(
            f"{name}: {len(mutants)} mutants, {sum(map(bool, found))} told otherwise in a notebook"
        )
        print(*(one for several in found for one in several), sep="\n", flush=True)
        apart += sum(map(len, found))
    return int(apart > 0)


def with_one_that_raises(exercises: tuple[str, ...], count: int) -> int:
    """1 where fewer than 95 % of all own errors are named, or another line is."""
    from tests.grading import SEED

    from .grading import grade_all
    from .raising import found_of, raising

    failed = False
    for name in exercises:
        for wrong in (1, 2, 3, 5):
            named, of, accused = found_of(grade_all(raising(name, wrong, count), SEED))
            print(f"{name}, {wrong} wrong and one raises: {named} of {of} named, {accused} others")
            failed = failed or named < 0.95 * of or accused > 0
    return int(failed)


def main() -> None:
    given = options()
    if not given.native:  # before torch is imported
        os.environ["ATEN_CPU_CAPABILITY"] = "default"
    from tests.grading import SEED

    from .grading import grade_all
    from .mutants import every_mutant, several_at_once
    from .table import miss, record, rows, several_table, table

    exercises = tuple(given.exercises or EXERCISES)
    if given.notebook:
        sys.exit(as_notebooks(tuple(given.exercises or ("exercise1", "exercise2", "exercise3"))))
    if given.raising:
        several = tuple(given.exercises or ("exercise1", "exercise4"))
        sys.exit(with_one_that_raises(several, given.raising))
    if given.sweep:
        sys.exit(sweep_all(exercises, given))
    singles = every_mutant(exercises, given.bundle)
    several = [
        mutant
        for name in exercises
        for together, count in ((2, given.pairs), (3, given.triples))
        for mutant in several_at_once(name, together, count)
    ]
    written: dict[str, Any] = {"native": given.native, "seeds": {}}
    for seed in [SEED, *range(1, given.seeds)]:
        outcomes, combined = grade_all(singles, seed), grade_all(several, seed)
        print(f"seed {seed}{', native kernels' if given.native else ''}")
        print(table(outcomes), end="\n\n")
        if combined:
            print(several_table(combined), end="\n\n")
        if given.list_misses:
            print("\n".join(filter(None, map(miss, [*outcomes, *combined]))), end="\n\n")
        written["seeds"][seed] = {
            "figures": {name: asdict(part) for name, part in rows(outcomes)},
            "mutants": [record(outcome) for outcome in outcomes],
            "several": [record(outcome) for outcome in combined],
        }
    if given.json is not None:
        given.json.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
