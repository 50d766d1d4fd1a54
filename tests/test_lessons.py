"""A lesson for each exercise: the course's shapes, code that runs, and no line of the answer."""

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.cli.lesson import FOLDER, lesson_text
from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.workspace import kit

PARTS = ["A small example", "The shapes", "What goes wrong", "Pointers"]
SHORTEST = 10  # characters of a statement: `dy = dz` is no one's answer


@pytest.fixture(params=EXERCISES)
def exercise(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def blocks(text: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_there_is_no_lesson_without_an_exercise() -> None:
    unknown = {path.stem for path in FOLDER.iterdir()} - set(EXERCISES)
    assert unknown <= {path.stem for path in FOLDER.parent.glob("*.py")}  # one that is to come


def test_it_has_its_title_and_its_parts_and_is_short(exercise: str) -> None:
    lines = lesson_text(exercise).splitlines()
    assert lines[0] == f"# {load_exercise(exercise).title}"
    assert [line[3:] for line in lines if line.startswith("## ")] == PARTS
    assert 40 <= len(lines) <= 72
    assert max(len(line) for line in lines if not line.startswith("|")) <= 80


LINK = r"<(https://[^>\s]+)>"
AT = re.compile(rf"from (?:(\d+):)?(\d+):(\d\d): {LINK}")  # a minute of a video


def pointers(exercise: str) -> dict[str, str]:
    """Each on one line, by its first word."""
    text = lesson_text(exercise).partition("## Pointers\n\n")[2]
    found = [" ".join(part.split()) for part in re.split(r"^- ", text, flags=re.MULTILINE)[1:]]
    return dict(part.split(": ", 1) for part in found)


def test_it_points_to_a_minute_of_a_video_to_a_paper_and_to_what_comes_next(exercise: str) -> None:
    named = pointers(exercise)
    assert list(named) == ["Lecture", "Paper", "Next"]
    videos = AT.findall(named["Lecture"])
    assert videos and [video[-1] for video in videos] == re.findall(LINK, named["Lecture"])
    for hours, minutes, seconds, link in videos:
        start = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
        assert re.fullmatch(rf"https://youtu\.be/[\w-]{{11}}\?t={start}", link)
    papers = re.findall(LINK, named["Paper"])
    kinds = r"https://(arxiv\.org/abs/\d{4}\.\d{4,5}|doi\.org/10\.\S+|www\.jmlr\.org/papers/\S+)"
    assert papers and all(re.fullmatch(kinds, link) for link in papers)
    later = EXERCISES[EXERCISES.index(exercise) + 1 :]
    assert not later or f"`grade lesson {later[0]}`" in named["Next"]


def rows(text: str) -> Iterator[tuple[list[str], str]]:
    """(names, shape) of each line of the lesson's table."""
    table = text[text.index("| value | shape |") :].split("\n\n")[0]
    for line in table.split("\n")[2:]:
        names, shape, _ = line.strip("|").split("|")
        yield re.findall(r"`(\w+)`", names), shape.strip(" `")


def test_its_shapes_are_those_of_the_course(exercise: str) -> None:
    course = load_exercise(exercise)
    shapes = course.forward_pass.shapes | getattr(course, "values", {})
    named = []
    for names, shape in rows(lesson_text(exercise)):
        for name in names:
            assert re.match(r"\([^)]*\)", shapes[name]).group() == shape, name
            named.append(name)
    assert len(named) == len(set(named)) >= 2


def test_its_code_runs(exercise: str) -> None:
    found = blocks(lesson_text(exercise))
    assert found
    for block in found:
        assert "assert " in block  # it says itself whether it is right
        exec(compile(block, f"{exercise}.md", "exec"), {"__name__": "lesson"})


def statements(source: str) -> Iterator[str]:
    """Every simple statement, and what it assigns, without spaces."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Return | ast.Expr):
            yield squeezed(ast.unparse(node))
            if isinstance(node.value, ast.BinOp | ast.Call | ast.UnaryOp):
                yield squeezed(ast.unparse(node.value))


def squeezed(text: str) -> str:
    return re.sub(r"[\s`]", "", text)


def test_it_gives_no_line_of_the_answer(exercise: str) -> None:
    text = squeezed(lesson_text(exercise))
    for statement in statements(kit.solution_source(exercise)):
        if len(statement) >= SHORTEST and "locals()" not in statement:
            assert statement not in text


def test_a_pipe_gets_the_markdown_itself(exercise: str) -> None:
    done = CliRunner().invoke(main, ["lesson", exercise])
    assert done.exit_code == 0
    title, _, rest = lesson_text(exercise).partition("\n")
    assert done.stdout.startswith(f"{title}\n")
    assert done.stdout.endswith(f"\n{rest}")


@pytest.mark.parametrize("columns", [50, 80])
def test_on_a_terminal_it_fits_and_its_code_is_whole(exercise: str, columns: int) -> None:
    from rich.console import Console

    from grader.render.markdown import THEME, MarkdownPage

    console = Console(width=columns, theme=THEME, force_terminal=True, color_system=None)
    with console.capture() as captured:
        console.print(MarkdownPage(lesson_text(exercise)), crop=False)
    shown = re.sub(r"\x1b\[[0-9;]*m", "", captured.get()).splitlines()
    code = [line for block in blocks(lesson_text(exercise)) for line in block.splitlines()]
    indented = textwrap.indent("\n".join(code), "    ").splitlines()
    assert all(line in shown for line in indented)
    assert max(len(line) for line in shown if line not in indented) <= columns
    assert "```" not in "".join(shown)
    assert shown[0].strip() and not shown[0].startswith((" ", "#"))  # no box, no centring


def test_an_unknown_one_gets_a_line_and_exit_code_2() -> None:
    done = CliRunner().invoke(main, ["lesson", "exercise33"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "exercise33: no such exercise; did you mean exercise3?" in done.stderr


def test_lessons_lie_in_the_package_and_nothing_keeps_them_out_of_a_wheel() -> None:
    import tomllib

    import grader

    package = Path(grader.__file__).parent
    assert FOLDER.is_relative_to(package)
    with (package.parent / "pyproject.toml").open("rb") as file:
        wheel = tomllib.load(file)["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["packages"] == ["grader"]
    assert not {"exclude", "only-include", "include"} & set(wheel)
