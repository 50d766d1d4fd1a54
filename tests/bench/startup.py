"""What `grade` costs beside the import it cannot do without: python tests/bench/startup.py [RUNS]

Whole processes, wall time. The rows take turns, run by run, so that a busy machine slows
all of them alike. Exits with 1 where a ratio is above its limit.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
GRADE = str(Path(sys.executable).with_name("grade"))
COMMANDS = {
    "import torch": [sys.executable, "-c", "import torch"],
    "grade exercise1": [GRADE, "exercise1", "--submission", "solutions/exercise1.py"],
    "import click": [sys.executable, "-c", "import click"],
    "grade --help": [GRADE, "--help"],
    "grade list": [GRADE, "list"],
}
LIMITS = (
    ("grade exercise1", "import torch", 1.25),
    ("grade --help", "import click", 2.0),
    ("grade list", "import click", 3.0),
)


def wall_seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - start


def main(runs: int) -> int:
    for command in COMMANDS.values():  # warm the page cache and the bytecode
        wall_seconds(command)
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(runs):
        for name, command in COMMANDS.items():
            seconds[name].append(wall_seconds(command))
    median = {name: statistics.median(times) for name, times in seconds.items()}
    print(f"median wall seconds of {runs} runs in turn (least, most)")
    for name, times in seconds.items():
        print(f"  {name:<16} {median[name]:6.3f}  ({min(times):.3f}, {max(times):.3f})")
    print("ratios")
    too_slow = 0
    for name, base, limit in LIMITS:
        ratio = median[name] / median[base]
        verdict = "ok" if ratio <= limit else "above its limit"
        too_slow += ratio > limit
        print(f"  {name} / {base}: {ratio:.2f} (at most {limit:g}) {verdict}")
    return 1 if too_slow else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 11))
