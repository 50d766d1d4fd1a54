"""`pytest exercises/exercise1.py`: each gradient is a test item.

pytest imports a .py file that is named on its command line. A submission is never imported
here: this plugin takes it over, has it graded by `python -m grader` in a process of its
own, and makes items of the report. A file that is not a submission stays pytest's.

Loaded by every pytest that finds it installed, so it imports next to nothing by itself.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest._code.code import ReprFileLocation, TerminalRepr

from grader.course import EXERCISES

if TYPE_CHECKING:
    from _pytest._io import TerminalWriter

    from grader.render.pytest_formats import Check

FOLDERS = ("exercises", "solutions")  # a kit's
# Outside a kit, what makes a file of that name a submission rather than a stranger's tests.
SUBMISSION = re.compile(rb"^def backward\b", re.MULTILINE)
TESTS = re.compile(rb"^(?:async )?(?:def test|class Test)", re.MULTILINE)
GRADED = (0, 1)  # exit codes of `grade` that come with a report


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("handgrad", "gradients written by hand")
    group.addoption("--handgrad-seed", type=int, metavar="N", help="seed of the inputs")
    # Reports already made, to be shown as items: see grader/render/pytest_formats.py.
    group.addoption("--handgrad-reports", metavar="FILE", help=argparse.SUPPRESS)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Replaces what pytest, or its doctests, would import by what is graded."""
    found = yield
    if file_path.suffix != ".py" or file_path.stem not in EXERCISES:
        return found
    named = parent.session.isinitpath(file_path)
    if in_kit(file_path):
        taken = named or bool(found) or parent.session.isinitpath(file_path.parent)
    else:
        taken = named and is_submission(file_path)
    return [SubmissionFile.from_parent(parent, path=file_path)] if taken else found


def in_kit(path: Path) -> bool:
    """Does it lie in a kit's exercises/ or solutions/, as `grade init` lays them out?

    Then it is a submission whatever it holds: a syntax error is the grader's to name.
    """
    root = path.parent.parent
    return (
        path.parent.name in FOLDERS
        and (root / "data" / "names.txt").is_file()
        and any(
            is_submission(root / folder / f"{exercise}.py")
            for folder in FOLDERS
            for exercise in EXERCISES
        )
    )


def is_submission(path: Path) -> bool:
    """A top-level `backward` and no tests, as far as the text tells."""
    try:
        text = path.read_bytes()
    except OSError:
        return False
    return SUBMISSION.search(text) is not None and TESTS.search(text) is None


class SubmissionFile(pytest.File):
    """A submission: graded once, when it is collected, unless its report is there already."""

    def __init__(self, report: dict[str, Any] | None = None, **rest: Any) -> None:
        super().__init__(**rest)
        self.report = report

    def collect(self) -> Iterator["CheckItem"]:
        from grader.render.pytest_formats import checks

        seed = self.config.getoption("handgrad_seed")
        for check in checks(self.report or self.grade(self.path, seed)):
            yield CheckItem.from_parent(self, name=check.name, check=check)

    def grade(self, path: Path, seed: int | None) -> dict[str, Any]:
        """The report of `python -m grader`. Raises CollectError where it makes none."""
        from grader.errors import printable
        from grader.render.pytest_formats import read_report

        ended = subprocess.run(
            # -P: what lies in the working directory is not to be imported by the grader.
            [sys.executable, "-P", "-m", "grader", path.stem, "--submission", str(path), "--json",
             *(() if seed is None else ("--seed", str(seed)))],
            stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace",
            check=False,
        )  # fmt: skip
        try:
            if ended.returncode in GRADED:
                return read_report(ended.stdout)
            reason = "it made no report"
        except ValueError as error:
            reason = f"the answer is not a report: {error}"
        said = (ended.stderr.strip().splitlines() or [reason])[-1].removeprefix("Error: ")
        raise self.CollectError(f"not graded (exit {ended.returncode}): {printable(said, 2000)}")


class NotPassed(Exception):
    """Ends an item that failed; its text is in the check."""


class CheckItem(pytest.Item):
    """One gradient of a submission, its training run, or its code as a whole."""

    def __init__(self, check: "Check", **rest: Any) -> None:
        super().__init__(**rest)
        self.check = check

    def runtest(self) -> None:
        if self.check.summary is not None:
            raise NotPassed(self.check.summary)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        line = self.check.line
        return self.path, None if line is None else line - 1, self.name

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None
    ) -> str | TerminalRepr:
        if isinstance(excinfo.value, NotPassed):
            return Failure(self.location[0], self.check)
        return super().repr_failure(excinfo, style)


class Failure(TerminalRepr):
    """What a learner reads, without the traceback that would be pytest's own.

    `reprcrash` is where pytest and its formats look for the place and the short message.
    """

    def __init__(self, path: str, check: "Check") -> None:
        self.details = check.details
        self.reprcrash = ReprFileLocation(path, check.line or 1, check.summary or "")

    def toterminal(self, tw: "TerminalWriter") -> None:
        self.reprcrash.toterminal(tw)
        if self.details:
            tw.line(self.details)


def pytest_configure(config: pytest.Config) -> None:
    handed_over = config.getoption("handgrad_reports")
    if handed_over is not None:
        config.pluginmanager.register(HandedOver(Path(handed_over)))


class HandedOver:
    """Makes items of reports already made; the folder pytest is called with holds none."""

    def __init__(self, file: Path) -> None:
        content = json.loads(file.read_bytes())
        self.base, self.reports = content["base"], content["reports"]

    def pytest_collect_directory(self, path: Path, parent: pytest.Collector) -> pytest.Collector:
        return ReportsFolder.from_parent(parent, path=path, reports=self.reports)

    @pytest.hookimpl(optionalhook=True)
    def pytest_json_modifyreport(self, json_report: dict[str, Any]) -> None:
        json_report["root"] = self.base  # where node ids start from


class ReportsFolder(pytest.Directory):
    def __init__(self, reports: list[tuple[str, dict[str, Any]]], **rest: Any) -> None:
        super().__init__(**rest)
        self.reports = reports

    def collect(self) -> Iterator[SubmissionFile]:
        for node_id, report in self.reports:
            yield SubmissionFile.from_parent(self, path=self.path / node_id, report=report)
