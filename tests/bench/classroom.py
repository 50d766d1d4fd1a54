"""What grading a class costs, beside nbgrader, Otter-Grader and a pytest process each.

    python3.11 -m venv P && P/bin/pip install torch==2.13.0 nbgrader otter-grader pytest
    python tests/bench/classroom.py P/bin [SUBMISSIONS] [OF THE PEERS]

The same exercise1, the same 26 checks, the same submissions: every second one right, the others
with one doubled line. CPU seconds a submission, all processes together, and wall; the ratios are
those of one run. Then two processes for one, and a Dask cluster of two workers for these. How cost
grows with the class: class_growth.py.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from inspect import getsource
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))
os.environ["ATEN_CPU_CAPABILITY"] = "default"

WORKED = (ROOT / "solutions" / "exercise1.py").read_text(encoding="utf-8")
STEPS = [
    line
    for line in WORKED.split("\n")
    if line.startswith("    d") and " = " in line and "zeros" not in line
]
# What a teacher writes for the peers: torch's gradients, and the comparison of each.
GIVEN = """\
import torch
import torch.nn.functional as F
{forward}
inputs = torch.load({inputs!r})
for value in inputs.values():
    if torch.is_tensor(value) and value.is_floating_point():
        value.requires_grad_()
scope = forward(**inputs)
for name in {names!r}:
    scope[name].retain_grad()
scope["loss"].backward()
expected = {{name: scope[name].grad for name in {names!r}}}
"""
CALL = """\
import inspect
given = {n: v.detach() if torch.is_tensor(v) else v for n, v in scope.items()}
asked = [given[name] for name in inspect.signature(backward).parameters]
found = backward(*asked)
"""
CHECK = "assert torch.allclose(found['d{0}'], expected['{0}'], atol=1e-6)"


@dataclass(frozen=True)
class Cost:
    cpu: float  # seconds a submission
    wall: float

    def __str__(self) -> str:
        return f"{self.cpu:8.3f} s of CPU, {self.wall:7.3f} s wall a submission"


def sources(count: int) -> Iterator[str]:
    for number in range(count):
        wrong = STEPS[number % len(STEPS)]
        name, _, value = wrong.partition(" = ")
        source = WORKED if number % 2 else WORKED.replace(wrong, f"{name} = 2 * {value}", 1)
        yield f"{source}\n# {number}\n"


def measured(commands: Sequence[Sequence[str]], folder: Path, count: int) -> Cost:
    """Of commands that grade `count` submissions together."""
    before, began = used(), time.monotonic()
    for command in commands:
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if ended.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(command)}\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}")
    return Cost((used() - before) / count, (time.monotonic() - began) / count)


def used() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def ours(root: Path, count: int, *options: str) -> Cost:
    for number, source in enumerate(sources(count)):
        path = root / "in" / f"s{number:05}" / "exercise1.py"
        path.parent.mkdir(parents=True)
        path.write_text(source, encoding="utf-8")
    grade = [sys.executable, "-m", "grader", "class", "in", "--exercise", "exercise1"]
    cost = measured([[*grade, *options]], root, count)
    passed = (root / "class" / "gradebook.csv").read_text(encoding="utf-8").count(",yes,")
    assert passed == count // 2, passed
    return cost


@contextmanager
def cluster() -> Iterator[str]:
    """A scheduler and two workers on this machine, as docs/cluster.md has it."""
    address = "tcp://127.0.0.1:8786"
    with ExitStack() as stack:
        for call in (
            ["scheduler", "--host", "127.0.0.1", "--port", "8786"],
            ["worker", address, "--nworkers", "2", "--nthreads", "1"],
        ):
            words = [sys.executable, "-m", "dask", *call]
            process = stack.enter_context(subprocess.Popen(words, stderr=subprocess.DEVNULL))
            stack.callback(process.terminate)
        time.sleep(5)  # for both to be there
        yield address


@dataclass(frozen=True)
class Peers:
    """The same assignment for the others."""

    programs: Path
    folder: Path
    names: tuple[str, ...]

    @property
    def given(self) -> str:
        from grader.course import exercise1

        inputs = str(self.folder / "inputs.pt")
        return GIVEN.format(
            forward=getsource(exercise1.forward), inputs=inputs, names=list(self.names)
        )

    def program(self, name: str) -> str:
        return str(self.programs / name)

    def notebook(self, cells: Sequence[dict[str, Any]]) -> str:
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        return json.dumps(
            {"cells": list(cells), "metadata": {"kernelspec": kernel}, "nbformat": 4,
             "nbformat_minor": 5}
        )  # fmt: skip

    def cell(self, number: int, source: str, **metadata: Any) -> dict[str, Any]:
        return {"cell_type": "code", "execution_count": None, "id": f"c{number}",
                "metadata": metadata, "outputs": [], "source": source}  # fmt: skip

    def pytest(self, count: int) -> Cost:
        root = self.folder / "pytest"
        root.mkdir()
        text = (
            (
                f"import os, pytest\n{self.given}\n"
                "exec(open(os.environ['SUBMISSION']).read())\n"
                f"{CALL}\n@pytest.mark.parametrize('name', {list(self.names)!r})\n"
                f"def test(name):\n    {CHECK.replace('{0}', '')}\n"
            )
            .replace("found['d']", "found['d' + name]")
            .replace("expected['']", "expected[name]")
        )
        (root / "test_it.py").write_text(text, encoding="utf-8")
        commands = []
        for number, source in enumerate(sources(count)):
            (root / f"s{number}.py").write_text(source, encoding="utf-8")
            call = f"SUBMISSION=s{number}.py {self.program('python')} -m pytest -q test_it.py"
            commands.append(["sh", "-c", call])
        return measured(commands, root, count)

    def nbgrader(self, count: int) -> Cost:
        root = self.folder / "nbgrader"
        (root / "source" / "ps1").mkdir(parents=True)
        (root / "nbgrader_config.py").write_text("c = get_config()\n", encoding="utf-8")
        released = self._nbgrader_notebook("def backward():\n    raise NotImplementedError()\n")
        (root / "source" / "ps1" / "exercise1.ipynb").write_text(released, encoding="utf-8")
        nbgrader = self.program("nbgrader")
        measured([[nbgrader, "generate_assignment", "ps1"]], root, 1)
        for number, source in enumerate(sources(count)):
            path = root / "submitted" / f"s{number}" / "ps1" / "exercise1.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text(self._nbgrader_notebook(source), encoding="utf-8")
        cost = measured([[nbgrader, "autograde", "ps1"]], root, count)
        assert len(list((root / "autograded").rglob("*.ipynb"))) == count
        return cost

    def _nbgrader_notebook(self, answer: str) -> str:
        def marked(name: str, **more: Any) -> dict[str, Any]:
            usual = {"grade": False, "solution": False, "locked": False, "task": False}
            return {"nbgrader": {"schema_version": 3, "grade_id": name, **usual, **more}}

        checks = "\n".join(CHECK.format(name) for name in self.names)
        return self.notebook(
            [
                self.cell(1, self.given, **marked("given", locked=True)),
                self.cell(2, answer, **marked("answer", solution=True)),
                self.cell(3, CALL, **marked("call", locked=True)),
                self.cell(4, checks, **marked("checks", grade=True, locked=True, points=26)),
            ]
        )

    def otter(self, count: int) -> Cost:
        root = self.folder / "otter"
        (root / "tests").mkdir(parents=True)
        cases = [{"code": f">>> {CHECK.format(name)}", "hidden": False} for name in self.names]
        suite = {"cases": cases, "scored": True, "setup": "", "teardown": "", "type": "doctest"}
        test = {"name": "exercise1", "points": 26, "suites": [suite]}
        text = f"OK_FORMAT = True\ntest = {test!r}\n"
        (root / "tests" / "exercise1.py").write_text(text, encoding="utf-8")
        generate = ["generate", "-t", "tests", "-o", "ag.zip", "--no-requirements"]
        measured([[self.program("otter"), *generate, "--no-environment"]], root, 1)
        commands = []
        for number, source in enumerate(sources(count)):
            cells = [self.given, source, CALL]
            book = self.notebook([self.cell(at, text) for at, text in enumerate(cells)])
            (root / f"s{number}.ipynb").write_text(book, encoding="utf-8")
            (root / f"out{number}").mkdir()
            run = ["run", "-a", "ag.zip", "-o", f"out{number}", f"s{number}.ipynb"]
            commands.append([self.program("otter"), *run])
        cost = measured(commands, root, count)
        assert len(list(root.rglob("results.json"))) == count
        return cost


def prepared(programs: Path, folder: Path) -> Peers:
    import torch

    from grader.bench.trial import make_trial
    from grader.course.exercise import load_exercise
    from grader.course.names import NameData, read_names
    from grader.workspace import kit

    exercise, data = load_exercise("exercise1"), NameData(read_names(kit.NAMES))
    drawn = make_trial(exercise, data, "given", 2147483647, exercise.sizes, torch.float32)
    torch.save(drawn.inputs, folder / "inputs.pt")
    return Peers(programs, folder, tuple(exercise.gradients))


def main(programs: Path, count: int, of_peers: int) -> None:
    os.environ["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"  # nbgrader calls others
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mine = ours(folder / "one", count, "--jobs", "1")
        print(f"{'handgrad':<10}{mine}  ({count} submissions)", flush=True)
        peers = prepared(programs, folder)
        for called, measure in (
            ("pytest", peers.pytest), ("nbgrader", peers.nbgrader), ("otter", peers.otter),
        ):  # fmt: skip
            cost = measure(of_peers)
            print(f"{called:<10}{cost}  {cost.cpu / mine.cpu:6.1f} times", flush=True)
        shared(folder, count, mine)


def shared(folder: Path, count: int, alone: Cost) -> None:
    """By two processes, and by two workers of a cluster."""
    two = ours(folder / "two", count, "--jobs", "2")
    print(f"two processes for one: {alone.wall / two.wall:.2f} times as fast", flush=True)
    before = used()
    with cluster() as address:
        over = ours(folder / "cluster", count, "--scheduler", address)
    cpu = (used() - before) / count
    print(
        f"a cluster of two workers for two processes: {over.wall / two.wall:.2f} of the wall, "
        f"{cpu / two.cpu:.2f} of the CPU, with Dask's own start and end", flush=True,
    )  # fmt: skip


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[2:]]
    main(Path(sys.argv[1]).resolve(), *(numbers + [200, 6][len(numbers) :]))
