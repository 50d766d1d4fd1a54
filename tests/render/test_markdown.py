"""Every page and lesson shows its code as it is written, on a terminal and through a pipe."""

import re

import pytest
from click.testing import CliRunner
from rich.console import Console
from rich.markdown import Markdown

from grader.cli import main
from grader.cli.lesson import lesson_text
from grader.course import EXERCISES
from grader.diagnose.mistakes import MISTAKES
from grader.render.markdown import THEME, MarkdownPage
from grader.render.plain_markdown import plain_paragraphs
from grader.workspace.pages import read_page


def code_in(text: str) -> list[str]:
    """Every code span and every line of a code block, as markdown-it reads them."""
    found: list[str] = []
    for token in Markdown(text).parsed:
        found += [part.content for part in token.children or () if part.type == "code_inline"]
        if token.type in ("fence", "code_block"):
            found += token.content.splitlines()
    return found


def squeezed(text: str) -> str:
    """Without white space: a span may be broken over two lines."""
    return re.sub(r"\s+", "", text)


def on_a_terminal(text: str, columns: int = 80) -> str:
    console = Console(width=columns, theme=THEME, force_terminal=True, color_system=None)
    with console.capture() as captured:
        console.print(MarkdownPage(text), crop=False)
    return re.sub(r"\x1b\[[0-9;]*m", "", captured.get())


def lost(code: list[str], shown: str) -> list[str]:
    return [part for part in code if squeezed(part) not in squeezed(shown)]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_page_keeps_its_code(mistake: str) -> None:
    body = read_page(mistake).body
    code = code_in(body)
    assert lost(code, on_a_terminal(body)) == []
    assert lost([f"`{part}`" for part in code], grade("explain", mistake)) == []


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_lesson_keeps_its_code(exercise: str) -> None:
    text = lesson_text(exercise)
    code = code_in(text)
    assert len(code) > 10
    assert lost(code, on_a_terminal(text, columns=120)) == []  # a narrower table breaks its cells
    assert lost(code, grade("lesson", exercise)) == []


def grade(*arguments: str) -> str:
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0
    return done.stdout


def test_powers_are_no_bold_marks() -> None:
    (said,) = plain_paragraphs("**Example.** For `y = x**-2`,\n`dx = -2 * x**-3 * dy`, *not* -1.")
    assert said == "Example. For `y = x**-2`, `dx = -2 * x**-3 * dy`, not -1."


def test_code_that_is_lost_would_be_found() -> None:
    assert lost(["x**-2 * x**-3"], "For x-2 * x-3") == ["x**-2 * x**-3"]
