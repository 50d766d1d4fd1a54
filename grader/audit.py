"""What it takes to grade a submission again to the bit, beside the report's `environment`."""

import hashlib
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from grader.course.exercise import Exercise
from grader.course.names import NameData
from grader.syntax.submission import Submission
from grader.version import __version__


def audit(
    exercise: Exercise, data: NameData, submission: Submission, timeout: float, clock: float
) -> dict[str, Any]:
    """Digests are SHA-256: of the code that was run, in a notebook the slice; of the forward pass
    and its sizes, those that were drawn among them; of the list of names; of the dialect, where a
    submission is held to one."""
    dialect = submission.dialect
    return {
        "handgrad": __version__,
        "machine": platform.machine(),
        "source": _digest(submission.source),
        "exercise": _digest(_course(exercise)),
        "names": data.digest,
        "dialect": None if dialect is None else dialect.digest,
        "sizes": dict(exercise.other_sizes),
        "timeout": timeout,  # seconds of one call
        "clock": clock,  # of all
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _course(exercise: Exercise) -> str:
    chunks = [f"{chunk.name} = {chunk.expression}" for chunk in exercise.forward_pass.chunks]
    return "\n".join((*chunks, *_sizes(exercise.sizes), *_sizes(exercise.other_sizes)))


def _sizes(sizes: Mapping[str, int]) -> list[str]:
    return [f"{name} {size}" for name, size in sizes.items()]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()
