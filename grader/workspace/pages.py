"""The page of a known mistake, read from its file's docstring without importing the file.

The files import torch; a page is shown in a moment.
"""

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "diagnose" / "mistakes"


@dataclass(frozen=True)
class Page:
    mistake: str  # its id: "wrong-factor"
    summary: str  # one line
    body: str  # Markdown: paragraphs, each opening with its title in bold

    @cached_property
    def paragraphs(self) -> tuple[str, ...]:
        """Without the line breaks that the file is laid out with."""
        return tuple(" ".join(part.split()) for part in self.body.split("\n\n"))

    def part(self, title: str) -> str:
        """The paragraph under a title, without it; "" where there is none."""
        opening = f"**{title}.** "
        found = (p.removeprefix(opening) for p in self.paragraphs if p.startswith(opening))
        return next(found, "")


def read_page(mistake: str) -> Page:
    """By the mistake's id. Raises OSError where there is no such file."""
    source = (FOLDER / f"{mistake.replace('-', '_')}.py").read_text(encoding="utf-8")
    summary, _, body = (ast.get_docstring(ast.parse(source)) or "").partition("\n\n")
    return Page(mistake, " ".join(summary.split()), body)
