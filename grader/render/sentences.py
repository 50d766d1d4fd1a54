"""What a report says besides its table, in any view of it."""

from collections.abc import Iterator
from pathlib import Path

from grader.course.exercise import Exercise
from grader.errors import shown
from grader.report import GradientReport, Report

SAID_OF_IT = ("slip-key", "slip-assigned")  # what d-left-out says of the same line
EXACT_ALONE = "*"  # beside a verdict: the line is exact, given the right upstream gradient


def error_sentence(report: Report) -> str:
    """The report's error, its path as a user would type it."""
    said, path = report.error or "", report.submission
    return shown(Path(path)) + said[len(path) :] if said.startswith(path) else said


def notes_of(report: Report) -> list[str]:
    """What its flags say, but for what is said of the first error as well."""
    first = report.first_own_error
    found = None if first is None else first.diagnosis
    said = SAID_OF_IT if found is not None and found.mistake == "d-left-out" else ()
    return [flag.message for flag in report.flags if flag.flag not in said]


def exact_alone(gradient: GradientReport) -> bool:
    """Whether the rounding that keeps it from being exact comes from the lines above."""
    return gradient.verdict == "approximate" and gradient.own_exact


def shape_note(gradient: GradientReport) -> str:
    """Of a row that passes in another shape than its value's."""
    if not gradient.broadcasts:
        return ""
    return f"shape {gradient.shape}, the value is {gradient.expected_shape}"


def legend(report: Report, exercise: Exercise) -> Iterator[str]:
    """What the table's words mean, of those that occur in it."""
    if any(exact_alone(gradient) for gradient in report.gradients):
        yield f"{EXACT_ALONE} exact, given the right upstream gradient."
    if any(gradient.verdict == "inherited" for gradient in report.gradients):
        missing = any(gradient.verdict == "missing" for gradient in report.gradients)
        reached = "" if report.error is None else ", or the code stopped above it"
        wrong = "wrong or missing" if missing else "wrong"
        yield f"inherited: the line is right, but a gradient that it uses is {wrong}{reached}."
    if any(g.name in exercise.slopes and g.verdict == "approximate" for g in report.gradients):
        yield "approximate: right. A measured slope is never exact."
    if any(gradient.broadcasts for gradient in report.gradients):
        yield (
            "A leading dimension of size 1 more or less passes, as in the lecture's check: "
            "grade explain keepdim-lost"
        )


def training_sentence(report: Report) -> str:
    """Of a short run; "" where there is none, or it waits for what is not written yet."""
    run = report.training
    if run is None or any(gradient.verdict == "missing" for gradient in report.gradients):
        return ""
    if run.apart_at is None:
        return (
            f"Training: {run.steps} steps with your gradients, loss {run.losses[0]:.4f} to "
            f"{run.losses[-1]:.4f}, the same curve as autograd's."
        )
    if run.apart_at >= len(run.losses):
        done = f"{len(run.losses)} of {run.steps}"
        return f"Training: stopped after {done} steps; a gradient is missing or unusable."
    return (
        f"Training: the loss curve leaves autograd's at step {run.apart_at} "
        f"({run.losses[run.apart_at]:.6f}, autograd {run.autograd_losses[run.apart_at]:.6f})."
    )


def score_words(report: Report) -> tuple[str, str]:
    """ "passed" and ", 26 of 26", to be shown apart."""
    word = "passed" if report.passed else "not passed yet"
    figures = report.as_json()
    score = f"{figures['score']:g} of {figures['max_score']:g}"
    if report.score == len(report.gradients) and report.error is not None:
        score += ", but the code did not run to the end"
    elif (
        report.training is not None
        and not report.training.matches
        and report.first_own_error is None
    ):
        score += ", but training does not match autograd's"
    return word, f", {score}"
