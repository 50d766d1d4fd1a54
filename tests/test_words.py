"""Phrases that the kit's English does without, in whatever a user reads."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.cli.lesson import FOLDER
from grader.course import EXERCISES
from grader.course.derivation import FOLDER as DERIVATIONS
from grader.course.exercise import load_exercise
from grader.diagnose.mistakes import MISTAKES
from grader.workspace.hints import ladder
from grader.workspace.pages import read_page

ROOT = Path(__file__).parent.parent
BANNED = (
    r"what (?:arrives|comes back|came back|it sends back|each sends back|went in|went out)",
    r"(?:is|are|was|were) due\b",
    r"look first at",
    r"\bmend(?:ed|ing|s)?\b",
    r"\bsends? (?:something )?back\b",
    r"(?:is|are) to be\b",
    r"comes to its end",
    r"\bsee to (?:the|keepdim)",
    r"\bis no (?:word|number|gradient|tensor|chunk|Value)\b",
    r"\bcan be had\b",
    r"stands where",
    r"is not in it\b",
    r"goes on with",
    r"\banew\b",
)
# The other pages are for those who read the code.
PROSE = ("README.md", "CHANGELOG.md", "docs/training.md", "docs/class.md", "docs/cluster.md")
SOURCES = ("grader/render", "grader/cli", "grader/diagnose", "grader/diagnose/mistakes",
           "grader/derive", "grader/classroom")  # fmt: skip


def found_in(text: str) -> list[str]:
    flat = " ".join(text.split())
    return [m.group() for phrase in BANNED for m in re.finditer(phrase, flat, re.IGNORECASE)]


def texts() -> Iterator[tuple[str, str]]:
    for name in PROSE:
        yield name, (ROOT / name).read_text(encoding="utf-8")
    for path in sorted(FOLDER.glob("*.md")):
        yield path.name, path.read_text(encoding="utf-8")
    for path in sorted(DERIVATIONS.glob("*.md")):
        yield f"derivation of {path.stem}", path.read_text(encoding="utf-8")
    for mistake in MISTAKES:
        page = read_page(mistake)
        yield mistake, f"{page.summary} {page.body}"
    for name in EXERCISES:
        exercise = load_exercise(name)
        hints = (line for g in exercise.gradients for r in ladder(exercise, g) for line in r.lines)
        yield f"hints of {name}", " ".join(hints)
        yield f"learned from {name}", " ".join(exercise.learned)
        yield f"{name}.py", (ROOT / "exercises" / f"{name}.py").read_text(encoding="utf-8")
    for folder in SOURCES:
        for path in sorted((ROOT / folder).glob("*.py")):
            yield str(path.relative_to(ROOT)), _strings(path)


def _strings(path: Path) -> str:
    """Every string of a file that is no docstring: what it may say to a user."""
    import ast

    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {ast.get_docstring(n, clean=False) for n in ast.walk(tree) if isinstance(n, documented)}
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return " ".join(text for text in constants if isinstance(text, str) and text not in docs)


@pytest.mark.parametrize(("name", "text"), list(texts()), ids=lambda value: str(value)[:40])
def test_a_text_is_in_plain_english(name: str, text: str) -> None:
    assert found_in(text) == [], name


def test_each_phrase_would_be_found() -> None:
    assert found_in("Take what\narrives; (32, 1) is due. Look first at dh: mend it.") == [
        "what arrives", "is due", "Look first at", "mend",
    ]  # fmt: skip
