"""The derivations: how a one-step exercise's formula follows from its forward pass, a file each.

Markdown. A block `equation` has an equation a line, as Python writes it: render/formula.py says
what may stand in one, and an indented line continues the one above. A block `answer` names
gradients: the worked answer's lines for them are shown there.
"""

import re
from pathlib import Path

from grader.errors import UsageProblem

FOLDER = Path(__file__).parent / "derivations"
DERIVED = ("exercise2", "exercise3", "exercise7")


def derivation_text(exercise: str) -> str:
    """Raises UsageProblem for one that has none."""
    if exercise not in DERIVED:
        there_are = ", ".join(DERIVED)
        raise UsageProblem(f"{exercise} has no derivation; there is one for {there_are}.")
    return (FOLDER / f"{exercise}.md").read_text(encoding="utf-8")


def equations(block: str) -> list[str]:
    """Each on one line."""
    return re.sub(r"\n +", " ", block.strip("\n")).split("\n")
