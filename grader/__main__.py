"""The command `grade`. What grades begins anew as a process that has been told nothing."""

import os
import sys

from grader.course import EXERCISES
from grader.process.clean_start import WORD, load_torch, read_call, restart

if not sys.flags.safe_path:
    del sys.path[0]  # the script's or the current folder: a torch.py there is not torch

GRADING = (*EXERCISES, "all", "notebook")


def main() -> None:
    if sys.argv[1:2] == [WORD]:
        from grader.process.launcher import prepare

        told = int(sys.argv[2])
        load_torch()
        prepare(told)
        read_call(told)
    elif sys.argv[1:2] and sys.argv[1] in GRADING:
        restart(sys.argv)
    from grader.cli import main as command

    called_as = os.path.basename(sys.argv[0])  # noqa: PTH119
    command(prog_name="python -m grader" if called_as == "__main__.py" else called_as)


if __name__ == "__main__":
    main()
