"""How the cost of a class grows with it: time, peak memory of the command, size of the database.

    python tests/bench/class_growth.py [--graded N ...] [--alone N ...]

`--graded`: `grade class` of that many submissions of exercise1, over one process and over two.
`--alone`: what the command does itself, from finding files to the pages: it is handed reports that
were graded before, so that a class of 10,000 takes a minute. CPU is that of all processes together,
so what else the machine does costs wall only.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import connect

ROOT = Path(__file__).parent.parent.parent
KNOWN = 40  # reports that are handed to a class that is not graded
# The command, which says its own peak when it ends. maxrss would have that of whoever starts it.
COMMAND = """
import atexit, json, pathlib, sys
from grader.cli import classroom, main
from grader.classroom.crew import Done

def say_peak():
    status = pathlib.Path("/proc/self/status").read_text()
    print("PEAK", status.partition("VmHWM:")[2].split()[0], file=sys.stderr)

def handed_over(todo, task_of, settings):
    known = json.loads(pathlib.Path("known.json").read_text())
    for at, one in enumerate(todo):
        task_of(one)
        yield Done(one, {"report": known[at % len(known)], "seconds": 0.1})

atexit.register(say_peak)
if pathlib.Path("known.json").exists():
    classroom.sharing = lambda jobs, scheduler: handed_over
main()
"""


@dataclass(frozen=True)
class Cost:
    """Of a class."""

    count: int
    cpu: float  # seconds
    wall: float
    peak: float  # MiB, of the command
    database: float  # MiB

    def __str__(self) -> str:
        cpu, wall = 1000 * self.cpu / self.count, 1000 * self.wall / self.count
        database = 1024 * self.database / self.count
        return (
            f"{self.count:>6}: {cpu:6.1f} ms of CPU, {wall:6.1f} ms wall a submission; "
            f"the command's peak {self.peak:5.1f} MiB; database {database:4.1f} KiB a submission"
        )


def hand_in(root: Path, count: int) -> None:
    from tests.bench.classroom import sources

    for number, source in enumerate(sources(count)):
        path = root / "in" / f"s{number:05}" / "exercise1.py"
        path.parent.mkdir(parents=True)
        path.write_text(source, encoding="utf-8")


def cost(root: Path, count: int, *options: str) -> Cost:
    call = [sys.executable, "-c", COMMAND, "class", "in", "--exercise", "exercise1", *options]
    before, began = used(), time.monotonic()
    ended = subprocess.run(call, cwd=root, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SystemExit(ended.stdout + ended.stderr)
    wall, cpu = time.monotonic() - began, used() - before
    peak = int(ended.stderr.rpartition("PEAK")[2]) / 1024
    database = (root / "class" / "class.db").stat().st_size / 2**20
    return Cost(count, cpu, wall, peak, database)


def used() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def graded(folder: Path, count: int) -> None:
    hand_in(folder, count)
    found = {}
    for jobs in (1, 2):
        shutil.rmtree(folder / "class", ignore_errors=True)
        found[jobs] = cost(folder, count, "--jobs", str(jobs))
        print(f"{jobs} at work {found[jobs]}", flush=True)
    print(f"          two for one: {found[1].wall / found[2].wall:.2f} times as fast", flush=True)


def reports(folder: Path) -> str:
    hand_in(folder, KNOWN)
    cost(folder, KNOWN, "--jobs", "2", "--no-pages")
    with connect(folder / "class" / "class.db") as connection:
        packed = connection.execute("SELECT report FROM results ORDER BY student").fetchall()
    return json.dumps([json.loads(zlib.decompress(report)) for (report,) in packed])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--graded", type=int, nargs="*", default=[10, 100, 1000])
    parser.add_argument("--alone", type=int, nargs="*", default=[100, 1000, 10_000])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        for count in given.graded:
            graded(Path(name) / f"graded{count}", count)
        known = reports(Path(name) / "known") if given.alone else ""
        for count in given.alone:
            root = Path(name) / f"alone{count}"
            hand_in(root, count)
            (root / "known.json").write_text(known, encoding="utf-8")
            print(f"alone     {cost(root, count)}", flush=True)
            shutil.rmtree(root)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    os.environ["ATEN_CPU_CAPABILITY"] = "default"
    main()
