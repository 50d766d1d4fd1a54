"""A class of all that there is: right, wrong, broken, hostile, notebooks; whatever happens to it.

    python tests/bench/mixed_class.py [SUBMISSIONS]             graded at once, and each alone
    python tests/bench/mixed_class.py [SUBMISSIONS] --kills     five kill -9 of each process
    python tests/bench/mixed_class.py [SUBMISSIONS] --cuts N    the power goes N times

Submissions come of the mutation suite, the right and wrong forms, the attacks and the notebooks of
the tests, with a fixed seed. The first call compares the whole reports, but for when they were
made; the others the tables, to the byte, with those of a run that nothing happened to. Each prints
what differs, and exits with 1 if anything does.
"""

import argparse
import difflib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from sqlite3 import OperationalError, connect
from typing import Any

ROOT = Path(__file__).parent.parent.parent
SEED, TIMEOUT = 20, 5.0  # seconds for a call: on a busy machine one second is short
EXERCISES = {"exercise1": 14, "exercise2": 2, "exercise3": 2, "warmup2": 1}  # with these weights
KINDS = {"mutant": 9, "right": 3, "wrong": 3, "attack": 3, "notebook": 2, "broken": 1}
TABLES = ("gradebook.csv", "results.csv")
# What the workers are forked from is there once a start: a parent's death comes last.
KILLED = ("parent", *("parent", "torch", "worker", "warm") * 4, "torch", "worker", "warm")
Source = tuple[str, bytes]  # the file's name, its contents


def class_of(count: int, draw: random.Random) -> Iterator[Source]:
    made = {
        "mutant": mutants(draw), "right": forms(draw, "right"), "wrong": forms(draw, "wrong"),
        "attack": attacks(draw), "notebook": notebooks(draw), "broken": broken(draw),
    }  # fmt: skip
    for number in range(count):
        (kind,) = draw.choices(list(KINDS), list(KINDS.values()))
        name, data = next(made[kind])
        if kind != "broken":  # what is graded twice is one that two students handed in
            data += b"" if name.endswith(".ipynb") else f"\n# {number}\n".encode()
        yield name, data


def an_exercise(draw: random.Random) -> str:
    return draw.choices(list(EXERCISES), list(EXERCISES.values()))[0]


def mutants(draw: random.Random) -> Iterator[Source]:
    from grader.course.exercise import load_exercise
    from tests.mutation.mutants import proposed
    from tests.mutation.syntax import edited, worked_answer

    while True:
        exercise = an_exercise(draw)
        change = draw.choice(proposed(exercise))
        source = edited(worked_answer(load_exercise(exercise)).source, change.edits)
        yield f"{exercise}.py", source.encode()


def forms(draw: random.Random, which: str) -> Iterator[Source]:
    from tests.corpus import right_forms, wrong_forms

    known = right_forms() if which == "right" else wrong_forms()
    while True:
        exercise = an_exercise(draw)
        form = draw.choice([form for form in known if form.exercise == exercise] or known[:1])
        yield f"{form.exercise}.py", form.source.encode()


def attacks(draw: random.Random) -> Iterator[Source]:
    from tests.attacks.test_attacks import ATTACKS, EXERCISES, SUBMISSIONS

    while True:
        for name in draw.sample(ATTACKS, len(ATTACKS)):
            exercise = EXERCISES.get(name, "exercise1")
            asked = exercise if exercise in globals()["EXERCISES"] else "exercise1"
            yield f"{asked}.py", (SUBMISSIONS / f"{name}.py").read_bytes()


def notebooks(draw: random.Random) -> Iterator[Source]:
    files = sorted((ROOT / "tests" / "notebooks").glob("*.ipynb"))
    while True:
        for path in draw.sample(files, len(files)):
            yield f"{an_exercise(draw)}.ipynb", path.read_bytes()


def broken(draw: random.Random) -> Iterator[Source]:
    while True:
        exercise = an_exercise(draw)
        worked = (ROOT / "solutions" / f"{exercise}.py").read_bytes()
        yield f"{exercise}.py", worked[: draw.randrange(len(worked))]
        yield f"{exercise}.py", b""
        yield f"{exercise}.py", draw.randbytes(4000)
        yield f"{exercise}.py", worked.decode().encode("utf-16")
        yield f"{exercise}.py", b"def backward(" * 3000
        yield f"{exercise}.ipynb", b'{"cells": [{"cell_type": "code", "source'
        yield f"{exercise}.ipynb", worked


def build(root: Path, count: int) -> None:
    for number, (name, data) in enumerate(class_of(count, random.Random(SEED))):
        path = root / "in" / f"s{number:05}" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    named = ", ".join(f'"{name}"' for name in EXERCISES)
    policy = f"exercises = [{named}]\nseed = {SEED}\ntimeout = {TIMEOUT}\n"
    (root / "course.toml").write_text(policy, encoding="utf-8")


def call(root: Path, out: str, *options: str) -> list[str]:
    fixed = ["--policy", "course.toml", "--jobs", "2", "--no-pages", "--out", out]
    return [sys.executable, "-m", "grader", "class", "in", *fixed, *options]


def graded(root: Path, out: str, *options: str) -> str:
    """What the whole run says."""
    ended = subprocess.run(
        call(root, out, *options), cwd=root, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise SystemExit(ended.stdout + ended.stderr)
    return ended.stdout


def same_as_undisturbed(root: Path, out: str) -> bool:
    """To the byte; the lines that are not are printed."""
    same = True
    for name in TABLES:
        one, other = ((root / folder / name).read_bytes() for folder in ("undisturbed", out))
        same &= one == other
        lines = difflib.unified_diff(one.decode().split("\n"), other.decode().split("\n"), n=0)
        print(*(line[:300] for line in lines), sep="\n", end="")
    return same


def compared(root: Path, count: int) -> int:
    began = time.monotonic()
    graded(root, "at once")
    print(f"{count} at once in {time.monotonic() - began:.0f} s", flush=True)
    with connect(root / "at once" / "class.db") as connection:
        rows = connection.execute("SELECT student, report FROM results").fetchall()
    at_once = {student: json.loads(zlib.decompress(report)) for student, report in rows}
    began = time.monotonic()
    alone = dict(each_alone(root))
    print(f"each alone in {time.monotonic() - began:.0f} s", flush=True)
    differing = 0
    for student in sorted(alone.keys() | at_once.keys()):
        one, other = facts(at_once.get(student, {})), facts(alone.get(student, {}))
        if one != other:
            differing += 1
            file = next((root / "in" / student).iterdir()).name
            print(f"{student}/{file} differs:")
            print(*apart(one, other), sep="\n")
    ends = Counter(of_report(report) for report in alone.values())
    print(", ".join(f"{number} {what}" for what, number in sorted(ends.items())))
    print(f"{differing} of {len(alone)} differ", flush=True)
    return int(differing > 0 or len(alone) != count or len(at_once) != count)


def apart(one: Any, other: Any, at: str = "") -> Iterator[str]:
    """What differs, and where in the report: at once, alone."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            yield from apart(one.get(key), other.get(key), f"{at}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other, strict=True)):
            yield from apart(*pair, f"{at}[{number}]")
    elif one != other:
        yield f"  {at}: {str(one)[:300]}, {str(other)[:300]}"


def of_report(report: dict[str, Any]) -> str:
    if report["passed"]:
        return "passed"
    return report["ended"] or ("with an error" if report["error"] else "not passed yet")


def each_alone(root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    from grader.cli.submissions import submission_at
    from grader.course.exercise import load_exercise
    from tests.grading import grading

    os.chdir(root / "in")
    with grading(seed=SEED, timeout=TIMEOUT, untrusted=True) as grade_file:
        for path in sorted(Path().glob("*/*")):
            exercise = load_exercise(path.stem)
            report = grade_file(exercise.name, submission_at(path, exercise))
            yield path.parent.name, json.loads(json.dumps(report.as_json()))


def facts(report: dict[str, Any]) -> dict[str, Any]:
    """All but when it was graded."""
    kept = dict(report)
    kept["audit"] = {key: value for key, value in report.get("audit", {}).items() if key != "time"}
    return kept


@contextmanager
def running(root: Path, out: str, *options: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        call(root, out, *options), cwd=root, text=True, stdout=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def victim(which: str, command: int, draw: random.Random) -> int | None:
    """One that runs, also where what it was forked from was killed before."""
    from tests.proc import status_of
    from tests.process.left_behind import command_of, descendants

    parents, leaders = {}, set()  # each worker, and what forks them, has a session of its own
    for pid in descendants():
        with suppress(OSError):
            status = status_of(pid)
            if status.state == "Z" and pid != command:
                os.waitpid(pid, os.WNOHANG)
            elif status.state != "Z":
                parents[pid] = status.parent
                leaders |= {pid} if status.session == pid else set()
    torch = {
        pid for pid in leaders if parents[pid] == command and "torch_process" in command_of(pid)
    }
    workers = leaders - torch
    found = {
        "parent": {command}, "torch": torch, "worker": workers,
        "warm": {pid for pid, parent in parents.items() if parent in workers},
    }[which]  # fmt: skip
    return draw.choice(sorted(found)) if found else None


def killed(root: Path, count: int) -> int:
    from tests.process.left_behind import adopt_orphans

    began = time.monotonic()
    graded(root, "undisturbed")
    wall, draw = time.monotonic() - began, random.Random(SEED)
    print(f"undisturbed: {count} in {wall:.0f} s", flush=True)
    last, *others = KILLED
    left, done = [last, *draw.sample(others, len(others))], Counter[str]()
    starts, over = 0, False
    adopt_orphans()
    while not over:
        starts += 1
        with running(root, "disturbed") as process:
            while process.poll() is None:
                time.sleep(draw.uniform(0.1, 2 * wall / len(KILLED)) if left else 0.1)
                there = ((which, victim(which, process.pid, draw)) for which in left[::-1])
                which, pid = next((one for one in there if one[1]), ("", None))
                if pid is None or process.poll() is not None:
                    continue
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    done[which] += 1
                    del left[len(left) - 1 - left[::-1].index(which)]
            over = process.returncode != -signal.SIGKILL
            if over and process.returncode:
                raise SystemExit(f"it ended with {process.returncode}: {process.stdout.read()}")
    told = ", ".join(f"{number} of a {which}" for which, number in sorted(done.items()))
    same = same_as_undisturbed(root, "disturbed")
    missed = f"; no {', '.join(left)} was there to kill" if left else ""
    print(
        f"killed: {told}; {starts} starts; the tables are {'' if same else 'NOT '}the same{missed}"
    )
    return int(not same or bool(left))


def results_in(database: Path) -> int:
    with (
        suppress(OperationalError),
        connect(f"{database.as_uri()}?mode=ro", uri=True) as connection,
    ):
        return int(connection.execute("SELECT count(*) FROM results").fetchone()[0])
    return 0  # there is no such table yet


def cut_off(root: Path, count: int, cuts: int) -> int:
    """What is on the disk at a moment: the process is held while it is copied, and of the log
    as much is left as had been written by then."""
    draw, taken = random.Random(SEED), list[Path]()
    left = sorted(draw.sample(range(1, count), cuts), reverse=True)
    database = root / "undisturbed" / "class.db"
    with running(root, "undisturbed") as process:
        while process.poll() is None:
            time.sleep(0.05)
            if left and results_in(database) >= left[-1] and process.poll() is None:
                os.kill(process.pid, signal.SIGSTOP)
                copy = root / f"cut{left.pop()}.db"
                shutil.copy(database, copy)
                whole = Path(f"{database}-wal").read_bytes()
                Path(f"{copy}-wal").write_bytes(whole[: draw.randrange(len(whole) + 1)])
                os.kill(process.pid, signal.SIGCONT)
                taken.append(copy)
    failed = len(taken) < cuts
    for copy in taken:
        with connect(copy) as connection:
            (sound,) = connection.execute("PRAGMA integrity_check").fetchone()
        known = results_in(copy)
        said = graded(root, copy.stem, "--db", copy.name)
        (again,) = map(int, re.findall(r"(\d+) graded now", said))
        same = same_as_undisturbed(root, copy.stem)
        failed |= not same or sound != "ok" or known + again != count
        print(
            f"{copy.stem}: {sound}, {known} kept, {again} graded again; the tables are "
            f"{'' if same else 'NOT '}the same", flush=True,
        )  # fmt: skip
    return int(failed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("count", type=int, nargs="?", default=1000)
    parser.add_argument("--kills", action="store_true")
    parser.add_argument("--cuts", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        build(root, given.count)
        if given.kills:
            return killed(root, given.count)
        if given.cuts:
            return cut_off(root, given.count, given.cuts)
        return compared(root, given.count)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    os.environ["ATEN_CPU_CAPABILITY"] = "default"  # before torch is imported
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["PYTHONPATH"] = str(ROOT)
    sys.exit(main())
