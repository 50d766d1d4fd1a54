"""The known mistakes: one file each, named for the bad pattern.

A file's docstring is the mistake's page (what it is, why it matters, an example, how to
see it); its `message` makes one sentence of the evidence.
"""

from importlib import import_module
from typing import Any

from grader.report import Diagnosis


def diagnosis(mistake: str, evidence: dict[str, Any]) -> Diagnosis:
    """The diagnosis of a known mistake, by id ("wrong-shape"), worded by its own file."""
    module = import_module(f"{__name__}.{mistake.replace('-', '_')}")
    return Diagnosis(mistake, module.message(**evidence), evidence)
