"""JUnit XML and pytest-json-report's JSON, written by pytest itself from reports already made.

pytest runs in a process of its own, in an empty folder, with two plugins (handgrad and
json-report) and no configuration, so that nothing that lies beside a submission is read, let
alone run. Here is also the wording of a test item that failed, which the plugin shows as
well when a learner calls pytest.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course.exercise import Exercise, load_exercise
from grader.errors import GraderFailure, UsageProblem, printable
from grader.render import told_apart
from grader.report import PASSING, SCHEMA

PLUGINS = ("pytest_jsonreport", "handgrad")
RAN = (0, 1, 5)  # pytest's exit codes: all passed, some failed, there was nothing to run
TEXT_CAP = 2000  # characters of a sentence
LINE = re.compile(r"line (\d+): ")


@dataclass(frozen=True)
class Check:
    """What pytest shows as one test item."""

    name: str  # "dcounts", "backward", "training"
    line: int | None = None  # of the submission
    summary: str | None = None  # why it failed, a sentence or two; None where it passed
    details: str = ""  # lines below it


def read_report(content: bytes | str) -> dict[str, Any]:
    """A report document. Raises ValueError for what is not JSON of this schema."""
    document = json.loads(content)
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ValueError(f"not a report of schema {SCHEMA}")
    return document


def checks(document: dict[str, Any]) -> Iterator[Check]:
    """The items of one report: the code as a whole where it failed, gradients, training."""
    error = _error(document)
    if error is not None:
        line = LINE.match(error)
        yield Check("backward", int(line[1]) if line else None, f"errored. {error}")
    exercise = load_exercise(document["exercise"])
    for gradient in document["gradients"]:
        yield _gradient_check(gradient, exercise, error, strict=document.get("strict", False))
    if document.get("training") is not None:
        yield Check("training", summary=_training_failure(document["training"]))


def _error(document: dict[str, Any]) -> str | None:
    """The report's sentence without the path in front, which pytest shows itself."""
    if document["error"] is None:
        return None
    return _shown(document["error"].removeprefix(document["submission"]).lstrip(",: "))


def _gradient_check(
    gradient: dict[str, Any], exercise: Exercise, error: str | None, strict: bool
) -> Check:
    name, line, verdict = gradient["name"], gradient["line"], gradient["verdict"]
    if verdict == "exact" or (verdict in PASSING and not strict):
        return Check(exercise.key(name), line)
    reason = _reason(gradient, error)
    chunks = (f"    {chunk.source}" for chunk in exercise.chunks_behind(name))
    summary = f"{verdict}. {reason}" if reason else verdict
    return Check(exercise.key(name), line, summary, "\n".join((*chunks, _figures(gradient))))


def _figures(gradient: dict[str, Any]) -> str:
    expected = tuple(gradient["expected_shape"])
    if gradient["shape"] is None:
        return f"Expected shape {expected}."
    figures = f"Shape {tuple(gradient['shape'])}, expected {expected}"
    maxdiff = gradient["maxdiff"]
    return figures + (f"; maxdiff {maxdiff:.3g}." if maxdiff is not None else ".")


def _reason(gradient: dict[str, Any], error: str | None) -> str:
    """The diagnosis; else the entry furthest off; else what stopped the code."""
    if gradient["diagnosis"] is not None:
        return _shown(gradient["diagnosis"]["message"])
    if gradient["verdict"] == "inherited":
        return "This line is right, but a gradient that it uses is wrong: look at those before it."
    if gradient["verdict"] in PASSING:
        return "--strict passes exact gradients only."
    worst = gradient.get("worst")
    if worst is not None:
        at = ", ".join(map(str, worst["index"]))
        yours, expected = told_apart(worst["yours"], worst["expected"])
        return f"Furthest off at [{at}]: yours {yours}, expected {expected}."
    return error or ""


def _training_failure(training: dict[str, Any]) -> str | None:
    """None where the loss curve is autograd's."""
    if training["matches"]:
        return None
    losses, at = training["losses"], training["apart_at"]
    if at is None or at >= len(losses):
        return f"Stopped after {len(losses)} of {training['steps']} steps; a gradient is missing."
    beside = training["autograd_losses"][at]
    return (
        f"The loss curve leaves autograd's at step {at} ({losses[at]:.6f}, autograd {beside:.6f})."
    )


def _shown(sentence: str) -> str:
    """On one line, and safe to print: it may quote the learner's code."""
    return printable(" ".join(sentence.split()), TEXT_CAP)


def write_pytest_formats(
    documents: list[dict[str, Any]], junit: Path | None, json_report: Path | None
) -> None:
    """Write reports (as `Report.as_json()` makes them) in the formats that are not None.

    Node ids are those of a pytest called in the working directory; for submissions outside
    of it, relative to the folder they share: "alice.py::dlogprobs". Raises UsageProblem for
    a file that cannot be written, GraderFailure where pytest could not be run.
    """
    with tempfile.TemporaryDirectory(prefix="handgrad-") as folder:
        work = Path(folder).resolve()
        handed_over, root = work / "reports.json", work / "root"
        root.mkdir()
        handed_over.write_text(json.dumps(_addressed(documents)), encoding="ascii")
        (root / "pytest.ini").write_text("[pytest]\n", encoding="ascii")
        _run_pytest(work, root, handed_over)
        for made, wanted in ((work / "junit.xml", junit), (work / "report.json", json_report)):
            if wanted is not None:
                _copy(made, wanted)


def _addressed(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """What the plugin needs to know: the folder node ids start from, and (id, report) pairs.

    Of a notebook with several exercises an id is "ninja.ipynb::exercise2".
    """
    paths = [Path(document["submission"]).absolute() for document in documents]
    base = Path.cwd()
    if paths and not all(path.is_relative_to(base) for path in paths):
        base = Path(os.path.commonpath([path.parent for path in paths]))
    ids = [_encoded(path.relative_to(base).as_posix()) for path in paths]
    ids = [
        f"{one}::{document['exercise']}" if ids.count(one) > 1 else one
        for one, document in zip(ids, documents, strict=True)
    ]
    return {"base": str(base), "reports": list(zip(ids, documents, strict=True))}


def _encoded(path: str) -> str:
    """A file may be named anything; control characters have no place in XML.

    Not by backslashes, which pytest takes for the bounds of folders.
    """
    return "".join(c if c.isprintable() else f"%{ord(c):02X}" for c in path)


def _run_pytest(work: Path, root: Path, handed_over: Path) -> None:
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", str(root), "-c", str(root / "pytest.ini"),
         "--rootdir", str(root), "--noconftest", "-p", "no:cacheprovider",
         *(word for plugin in PLUGINS for word in ("-p", plugin)),
         "--handgrad-reports", str(handed_over), "--junitxml", str(work / "junit.xml"),
         "--json-report", "--json-report-file", str(work / "report.json")],
        cwd=root, env=env | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}, stdin=subprocess.DEVNULL,
        capture_output=True, encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    made = (work / "junit.xml").is_file() and (work / "report.json").is_file()
    if ended.returncode not in RAN or not made:
        lines = (ended.stderr.strip() or ended.stdout.strip()).splitlines() or ["it said nothing"]
        said = printable(lines[-1], TEXT_CAP)
        raise GraderFailure(f"pytest wrote no report (exit {ended.returncode}): {said}")


def _copy(made: Path, wanted: Path) -> None:
    content = made.read_bytes()
    try:
        wanted.write_bytes(content)
    except OSError as error:
        raise UsageProblem(f"{wanted}: cannot be written ({error.strerror}).") from None
