"""The kit on disk: stubs, worked answers, names, and what a learner has reached so far."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course import EXERCISES
from grader.course.exercise import Exercise, load_exercise
from grader.errors import UsageProblem, typed
from grader.regular_file import open_regular
from grader.workspace.whole_file import read_entries, update_entries, write_whole

_PACKAGE = Path(__file__).parent.parent
# A wheel carries the kit inside the package; a checkout has it beside the package.
ORIGIN = _PACKAGE / "_kit" if (_PACKAGE / "_kit").is_dir() else _PACKAGE.parent
NAMES = ORIGIN / "data" / "names.txt"
PROGRESS = Path(".handgrad") / "progress.json"


def solution_path(exercise: str) -> Path:
    return ORIGIN / "solutions" / f"{exercise}.py"


def solution_source(exercise: str) -> str:
    return solution_path(exercise).read_text(encoding="utf-8")


def pristine_stub(exercise: str) -> str:
    from grader.workspace.stub import stub_text  # parses code: `grade list` needs none of that

    return stub_text(load_exercise(exercise), solution_source(exercise))


@dataclass(frozen=True)
class Kit:
    """A learner's folder, with exercises/ in it."""

    root: Path

    def stub(self, exercise: str) -> Path:
        return self.root / "exercises" / f"{exercise}.py"

    def submission(self, exercise: Exercise) -> Path:
        path = Path(typed(self.stub(exercise.name)))
        if not path.exists():
            raise UsageProblem(
                f"{path}: no such file. `grade reset {exercise.name}` restores the stub."
            )
        return path

    def untouched(self, exercise: str) -> bool:
        """Whether the file is the stub as it was laid out."""
        try:
            with open_regular(self.stub(exercise)) as file:
                text = file.read().decode("utf-8")
        except (OSError, ValueError):
            return False
        return text == pristine_stub(exercise)

    def reset(self, exercise: str) -> Path | None:
        """Write the stub anew; the path at which the old file is kept, if there was work in it."""
        path, kept = self.stub(exercise), None
        if path.exists() and not self.untouched(exercise):
            stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(path.stat().st_mtime))
            kept = path.with_name(f"{exercise}.{stamp}.py")
            number = 1
            while kept.exists():
                number += 1
                kept = path.with_name(f"{exercise}.{stamp}-{number}.py")
            path.rename(kept)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, pristine_stub(exercise))
        return kept

    def progress(self) -> dict[str, dict[str, Any]]:
        """By exercise: passed, score, max_score of the last grading. {} where unreadable."""
        return _sound(read_entries(self.root / PROGRESS))

    def note_progress(self, exercise: str, report: dict[str, Any]) -> None:
        """An untouched stub is not started, however often it is graded."""
        if self.untouched(exercise):
            self.forget_progress(exercise)
            return
        entry = {key: report[key] for key in ("passed", "score", "max_score")}
        update_entries(self.root / PROGRESS, lambda kept: _sound(kept) | {exercise: entry})

    def forget_progress(self, exercise: str) -> None:
        if exercise in self.progress():
            update_entries(
                self.root / PROGRESS,
                lambda kept: {name: kept[name] for name in _sound(kept) if name != exercise},
            )


def _sound(entries: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: entry for name, entry in entries.items() if _is_progress(entry)}


def _is_progress(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("passed"), bool)
        and all(isinstance(entry.get(key), int | float) for key in ("score", "max_score"))
    )


def find_kit(above: bool = True) -> Kit:
    """The kit of the working directory, or the nearest `above` it: never another one.

    Raises UsageProblem where there is none.
    """
    here = Path.cwd()
    for folder in (here, *(here.parents if above else ())):
        if folder != _PACKAGE / "_kit" and any(
            (folder / "exercises" / f"{exercise}.py").is_file() for exercise in EXERCISES
        ):
            return Kit(folder)
    raise UsageProblem(
        f"There is no exercises/ in this folder{' or above it' if above else ''}. "
        "`grade init DIR` sets up the kit; for another file: grade EXERCISE --submission FILE"
    )


def lay_out(folder: Path) -> None:
    """exercises/, solutions/ and data/ in `folder`. Raises UsageProblem if one is there already."""
    parts = ("exercises", "solutions", "data")
    for part in parts:
        if (folder / part).exists():
            raise UsageProblem(f"{folder / part} already exists; nothing was written.")
    (folder / "exercises").mkdir(parents=True)
    for exercise in EXERCISES:
        (folder / "exercises" / f"{exercise}.py").write_text(
            pristine_stub(exercise), encoding="utf-8"
        )
    for part in parts[1:]:
        shutil.copytree(ORIGIN / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
