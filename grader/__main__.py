import sys

if not sys.flags.safe_path:
    del sys.path[0]  # the current folder: a torch.py there would be taken for torch

from grader.cli import main

if __name__ == "__main__":
    main()
