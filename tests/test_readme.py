"""The README's examples are run, and its commands are the ones that are tested."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.workspace import kit

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def calls(console: str) -> list[tuple[str, str]]:
    """(command, output shown) of a console block: `$ ` starts a command, `> ` continues it."""
    parts = re.split(r"^\$ (.*\n(?:> .*\n)*)", console, flags=re.MULTILINE)
    assert parts[0] == "", "a console block starts with a command"
    commands = [command.replace("\n> ", "\n") for command in parts[1::2]]
    return list(zip(commands, parts[2::2], strict=True))


def pattern(shown: str) -> re.Pattern[str]:
    """A line `...` stands for any lines, `...` inside a line for any text."""
    lines = []
    for line in shown.rstrip().split("\n"):
        text = re.escape(line.rstrip()).replace(re.escape("..."), ".*")
        lines.append("(?:.*\n)*?" if line.strip() == "..." else text + "\n")
    return re.compile("".join(lines) if shown.strip() else "")


def write_gradients(stub: Path, block: str) -> None:
    """Put a python block's lines in the stub, each gradient's in the place of its None."""
    for piece in re.split(r"^# .*\n", block, flags=re.MULTILINE)[1:]:
        name = piece.split(" ")[0]
        lines = "".join(f"    {line}\n" for line in piece.rstrip().split("\n"))
        text, found = re.subn(rf"^    {name} = None .*\n", lines, stub.read_text(), flags=re.M)
        assert found == 1, name
        stub.write_text(text)


@pytest.mark.parametrize(
    ("shown", "printed", "fits"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "a\nc\n", False),
        ("a\n...\nd\n", "a\nb\nc\nd\n", True),
        ("a\n...\nd\n", "a\nb\nc\n", False),
        ("a....py\n", "a.20010101.py\n", True),
        ("a....py\n", "a.txt\n", False),
        ("a\n", "a\nb\n", False),
        ("", "a\n", False),
        ("", "", True),
    ],
)
def test_what_is_shown_is_compared_in_full(shown: str, printed: str, fits: bool) -> None:
    assert (pattern(shown).fullmatch(printed) is not None) == fits


@pytest.mark.skipif(shutil.which("bash") is None, reason="the README's examples are for a shell")
def test_every_example_prints_what_the_readme_shows(tmp_path: Path) -> None:
    kit.lay_out(tmp_path)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "80"}
    status, ran = 0, 0
    for language, block in BLOCK.findall(README):
        if language == "python":
            write_gradients(tmp_path / "exercises" / "exercise1.py", block)
            continue
        for command, shown in calls(block):
            if "jq " in command and shutil.which("jq") is None:
                continue
            done = subprocess.run(
                ["bash", "-c", f"(exit {status}); {command}"],
                cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
            )  # fmt: skip
            printed = "".join(line.rstrip() + "\n" for line in done.stdout.splitlines())
            assert pattern(shown).fullmatch(printed), f"$ {command}\n{printed}"
            status, ran = done.returncode, ran + 1
    assert ran > 10


def test_ci_calls_the_readmes_test_command() -> None:
    indented = re.findall(r"^    (\S.*)$", README, re.MULTILINE)
    (first,) = [line for line in indented if line.startswith("python3.11 -m venv .venv && ")]
    (second,) = [line for line in indented if line.endswith("python -m tests")]
    assert first.endswith(" -e . && grade exercise1 --submission solutions/exercise1.py")
    ci = (ROOT / ".ci" / "run").read_text().splitlines()
    assert ci[-1] == second
    assert "set -euo pipefail" in ci
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert second in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_exercise_is_listed_with_its_title() -> None:
    for name in EXERCISES:
        assert f"| `{name}` | {load_exercise(name).title}" in README


def test_every_verdict_is_explained() -> None:
    from grader.render.terminal import STYLES

    table = README[README.index("| verdict |") :].split("\n\n")[0]
    assert sorted(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == sorted(STYLES)


def test_every_field_of_the_json_is_explained() -> None:
    from grader.report import GradientReport, RateSearch, Report, Trained, Training

    report = Report("e", "e.py", False, {}, (), training=Training(1, (), (), True, None))
    report = replace(report, trained=Trained(1, 1, 0.0), rate_search=RateSearch((), (), None))
    tables = {
        "| in the JSON |": set(report.as_json()) - {"schema"},
        "| for each gradient |": {f.name for f in fields(GradientReport)} - {"place"} | {"cell"},
    }
    for head, names in tables.items():
        table = README[README.index(head) :].split("\n\n")[0]
        rows = re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE)
        assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == sorted(names)


def test_it_says_where_to_begin_as_the_list_does() -> None:
    from grader.cli.learner import BEGIN

    assert BEGIN in " ".join(README.split())


def test_constraints_pin_exactly_and_name_no_host() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9A-Za-z.]*", line) for line in pins)
    assert "torch==2.13.0" in pins
