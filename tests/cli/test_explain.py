"""grade explain: every mistake's page, on a terminal and through a pipe."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli import main
from grader.diagnose.mistakes import MISTAKES
from grader.workspace.pages import FOLDER, read_page

ROOT = Path(__file__).parent.parent.parent
PARTS = ("What it is", "Why it matters", "Example", "How to see it")


def grade(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_all_mistakes_are_listed_with_the_first_line_of_their_pages() -> None:
    done = grade("explain")
    assert done.exit_code == 0
    heads = [line.split()[0] for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert heads == sorted(MISTAKES)
    said = " ".join(done.stdout.split())
    for mistake in MISTAKES:
        assert f"{mistake} {read_page(mistake).summary}" in said
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_every_file_with_a_page_is_listed() -> None:
    pages = {
        path.stem.replace("_", "-")
        for path in FOLDER.glob("*.py")
        if "**What it is.**" in path.read_text(encoding="utf-8")
    }
    assert pages == set(MISTAKES)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_page_has_four_parts_in_plain_text(mistake: str) -> None:
    done = grade("explain", mistake)
    assert done.exit_code == 0
    head, *paragraphs = done.stdout.rstrip("\n").split("\n\n")
    assert " ".join(head.split()) == f"{mistake}: {read_page(mistake).summary}"
    opened = [part for paragraph in paragraphs for part in PARTS if paragraph.startswith(part)]
    assert opened == list(PARTS)
    assert "**" not in done.stdout.replace("x**", "").replace(")**", "")
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert read_page(mistake).part("How to see it")


def test_a_name_may_be_a_files() -> None:
    assert grade("explain", "wrong_factor").stdout == grade("explain", "wrong-factor").stdout


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("wrong-fcator", "wrong-fcator: no such mistake; did you mean wrong-factor?"),
        ("keepdim_lots", "keepdim_lots: no such mistake; did you mean keepdim-lost?"),
        ("qqq", "qqq: no such mistake. `grade explain` lists them all."),
        ("../case", "../case: no such mistake"),
        ("case", "case: no such mistake"),
    ],
)
def test_an_unknown_mistake_is_a_wrong_call(typed: str, said: str) -> None:
    done = grade("explain", typed)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}])
def test_on_a_terminal_the_page_is_rendered(environment: dict[str, str]) -> None:
    given = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "grader", "explain", "wrong-factor"],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT,
        env=given | {"TERM": "xterm", "COLUMNS": "80"} | environment,
    )  # fmt: skip
    os.close(theirs)
    said = b""
    while piece := _read(ours):
        said += piece
    os.close(ours)
    assert child.wait() == 0
    assert b"\x1b[1mWhat it is.\x1b[0m" in said
    assert b"**What" not in said
    assert (b"\x1b[36m" in said) == (not environment)


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:  # a terminal whose other end is closed
        return b""
