"""What a warm grading costs, as a share of one `import torch` in the same process.

    python tests/bench/warm.py [TIMES]

CPU seconds, the grader's and its children's together, over TIMES gradings of each submission after
two that warm it up, as in a class: the warm process knows nothing of what is graded, so that what
is worked out for one submission is kept for the next. Each exercise has a process of its own.
"wrong" is the worked answer with one line doubled. Below each: what a child costs that is asked
nothing (fork, sandbox, exit), and what is worked out once for all submissions of a run
(references, the rest of the bench).
"""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

WARM_UP = 2
ROOT = Path(__file__).parent.parent.parent
# Exercise, the line of its worked answer that is made wrong, and what total is aimed at.
MEASURED = (("exercise1", "dprobs = ", 1 / 30), ("exercise8", "dlogits = ", 0.13),
            ("warmup2", "self.grad += other.data", 0.25))  # fmt: skip


def used() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def doubled(source: str, line: str) -> str:
    """The first line that holds this text adds or assigns twice as much."""
    before, found, after = source.partition(line)
    assert found, f"no line with {line!r}"
    sign = "+= " if "+= " in line else "= "
    start, _, end = found.partition(sign)
    return f"{before}{start}{sign}2 * {end}{after}"


def measure(name: str, line: str, times: int) -> None:
    """In a process of its own."""
    began = used()
    import torch  # noqa: F401

    imported = used() - began
    from grader.bench.bench import make_bench, setup_for
    from grader.bench.reference import reference_for
    from grader.course.exercise import load_exercise
    from grader.course.names import NameData, read_names
    from grader.grading import Grader, Options
    from grader.process.attempt import Attempt
    from grader.process.launcher import WarmProcess
    from grader.syntax.submission import read_submission
    from grader.workspace import kit
    from tests.proc import status_of

    Act = Callable[[Grader], Callable[[], None]]
    exercise, data = load_exercise(name), NameData(read_names(kit.NAMES))

    def cost(act: Act, repeated: int) -> tuple[float, float]:
        """Seconds of the grader and of its children, warm process included."""
        with Grader(data, Options()) as grader:
            assert isinstance(grader.launcher, WarmProcess) and grader.launcher.pid
            once = act(grader)
            for _ in range(WARM_UP):
                once()
            parent, children = used(), status_of(grader.launcher.pid).cpu
            for _ in range(repeated):
                once()
            return used() - parent, status_of(grader.launcher.pid).cpu - children

    def share(what: str, act: Act) -> float:
        shares = [seconds / times / imported for seconds in cost(act, times)]
        told = f"(grader {shares[0]:.4f}, child {shares[1]:.4f})"
        print(f"{name:<10}{what:<22}{sum(shares):.4f}  {told}", flush=True)
        return sum(shares)

    def grading(path: Path, passes: bool) -> Act:
        def act(grader: Grader) -> Callable[[], None]:
            def once() -> None:
                assert grader.grade(exercise, read_submission(path)).passed is passes

            return once

        return act

    def forking(grader: Grader) -> Callable[[], None]:
        setup = setup_for(exercise, read_submission(kit.solution_path(name)), 10.0)

        def once() -> None:
            with Attempt(grader.launcher, setup):
                pass

        return once

    with TemporaryDirectory() as folder:
        path = Path(folder) / "wrong.py"
        path.write_text(doubled(kit.solution_source(name), line), encoding="utf-8")
        right = share("a right answer", grading(kit.solution_path(name), passes=True))
        wrong = share("a wrong one", grading(path, passes=False))
    share("  fork and exit", forking)
    began = used()
    bench = make_bench(exercise, data, 1)
    frames = [point.isolated_request.frame for point in bench.points]
    frames += [trial.request.frame for trial in bench.trials]
    made = (used() - began) / imported
    began = used()
    for trial in bench.trials:
        reference_for(trial)
    referred = (used() - began) / imported
    print(f"{'':<10}{'  once a run':<22}{made + referred:.4f}  (references {referred:.4f})")
    aim = next(aim for known, _, aim in MEASURED if known == name)
    print(f"{'':<10}aim {aim:.3f}, wrong to right {wrong / right:.2f} (aim 2)", flush=True)


def main() -> None:
    times = sys.argv[1] if len(sys.argv) > 1 else "20"
    environment = os.environ | {"ATEN_CPU_CAPABILITY": "default", "OMP_NUM_THREADS": "1"}
    print("CPU as a share of one `import torch`")
    for name, line, _ in MEASURED:
        command = [sys.executable, "-W", "ignore", __file__, name, line, times]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    if len(sys.argv) == 4:
        measure(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    else:
        main()
