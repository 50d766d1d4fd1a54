"""Where the tests meet the grader: a source text goes in, a report comes out.

What the grader is made of stays in this file: `grade` for a source text, with the one warm grader
that the process has; `grading` for a grader with options of its own; `trial` and `references`
for what an oracle works with. torch is imported by the first call, after conftest.py set it up.
"""

import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from grader.bench.trial import Trial
    from grader.course.names import NameData
    from grader.report import Report
    from grader.syntax.submission import Submission

SEED = 2147483647  # the lecture's, which is graded with where no other is asked for
# `grade`, with other people's code run whatever it says: what the sandbox holds by itself is tried.
WITHOUT_DIALECT = "import grader.grading as g, grader.cli as c; g.usual = lambda: None; c.main()"
GradeFile = Callable[..., "Report"]  # grade_file(exercise, path, **options)
_open = ExitStack()


def grade(exercise: str, source: str | bytes, file: str = "answer.py", **options: Any) -> "Report":
    """Options are the grader's own: seed, strict, timeout (seconds for one call)."""
    folder, grade_file = _warm()
    path = folder / file
    path.write_bytes(source if isinstance(source, bytes) else source.encode("utf-8"))
    return grade_file(exercise, path, **options)


def grade_submission(exercise: str, submission: "Submission", **options: Any) -> "Report":
    """One that was read already, with the warm grader."""
    _, grade_file = _warm()
    return grade_file(exercise, submission, **options)


def line_of(exercise: str, source: str, name: str) -> int | None:
    """The last line of a submission that writes to this gradient or value; None of no name."""
    if not name:
        return None
    from grader.course.exercise import load_exercise
    from grader.syntax.submission import read_submission

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answer.py"
        path.write_text(source, encoding="utf-8")
        return read_submission(path).line_of(load_exercise(exercise).place(name))


@cache
def _warm() -> tuple[Path, GradeFile]:
    folder = Path(_open.enter_context(tempfile.TemporaryDirectory(prefix="handgrad-tests-")))
    return folder, _open.enter_context(grading())


def close() -> None:
    """End the warm grader, where one was started."""
    _open.close()
    _warm.cache_clear()


@contextmanager
def grading(**options: Any) -> Iterator[GradeFile]:
    """A warm grader for files: grade_file(exercise, path, **other_options)."""
    from dataclasses import replace

    from grader.cli.submissions import submission_at
    from grader.course.exercise import load_exercise
    from grader.grading import FAULT, Grader, Options

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of fork, where pytest has threads
        grader = Grader(names(), Options(**options))
    usual = grader.options

    def grade_file(exercise: str, of: "Path | Submission", **others: Any) -> "Report":
        grader.options = replace(usual, **others)
        asked = load_exercise(exercise)
        submission = submission_at(of, asked) if isinstance(of, Path) else of
        report = grader.grade(asked, submission)
        assert FAULT not in report.trace, report.trace  # it costs no verdict, and no test passes
        return report

    with grader:
        yield grade_file


@cache
def names() -> "NameData":
    from grader.course.names import NameData, read_names
    from grader.workspace import kit

    return NameData(read_names(kit.NAMES))


def trial(
    exercise: str, seed: int = SEED, sizes: Mapping[str, int] | None = None, dtype: Any = None
) -> "Trial":
    """An exercise's inputs at a seed: at its own sizes and in float64, where no other is given."""
    import torch

    from grader.bench.trial import make_trial
    from grader.course.exercise import load_exercise

    asked = load_exercise(exercise)
    return make_trial(
        asked, names(), "of a test", seed, sizes or asked.sizes, dtype or torch.float64
    )


def references(of: "Trial") -> "dict[str, Tensor]":
    """torch's gradients at a trial, by name: "counts"."""
    from grader.bench.reference import reference_for

    return reference_for(of).gradients
