"""The test command: python -m tests [options for pytest]. Ends at the first stage that fails."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
STAGES = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("pytest", "-n", "2", "--timeout", "300"),
)


def main(options: list[str]) -> int:
    for stage in STAGES:
        command = [*stage, *options] if stage[0] == "pytest" else list(stage)
        print("$", *command, flush=True)
        status = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False).returncode
        if status != 0:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
