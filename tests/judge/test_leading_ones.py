"""A leading dimension of size 1 more or less passes; the numbers still have to be right.

Every gradient of exercises 1, 3 and 4 is written in such a shape in turn. What the lines below it
make of that is found out by running the whole function here (the mutation suite's oracle).
"""

import re
from collections.abc import Callable

import pytest

from grader.course.exercise import load_exercise
from grader.report import GradientReport, Report
from tests.grading import grade
from tests.mutation.oracles.functions import FunctionOracle, in_shape_of
from tests.worked import rewritten, worked

EXERCISES = ("exercise1", "exercise3", "exercise4")
Grade = Callable[..., Report]
STATEMENT = re.compile(r" {4}\w")

# Of rows and biases, whose shapes learners mix up: lines below them broadcast all the same.
ROWS = (
    [
        ("exercise1", name)
        for name in ("b2", "bngain", "bnbias", "bnvar_inv", "bnvar", "bnmeani", "b1")
    ]
    + [("exercise3", "hprebn")]
    + [("exercise4", name) for name in ("b2", "bngain", "bnbias", "b1")]
)


def written_otherwise(exercise: str, *names: str, times: str = "") -> str:
    """The worked answer, with a line below each of these gradients that changes its shape."""
    course, lines = load_exercise(exercise), worked(exercise).split("\n")
    for name in names:
        key, shape = course.key(name), course.forward_pass.shapes[name]
        writes = tuple(key + after for after in " [.")
        last = max(at for at, line in enumerate(lines) if line.lstrip().startswith(writes))
        following = next(at for at in range(last + 1, len(lines)) if STATEMENT.match(lines[at]))
        changed = f"{key}[0]" if shape.startswith("(1,") else f"{key}[None]"
        lines.insert(following, f"    {key} = {times}{changed}")
    return "\n".join(lines)


def row(report: Report, name: str) -> GradientReport:
    return next(g for g in report.gradients if g.name == name)


def works(exercise: str, *names: str) -> bool:
    """Whether the lines below can work with these in such shapes."""
    try:
        oracle = FunctionOracle(load_exercise(exercise))
        return oracle.same_in_chain(written_otherwise(exercise, *names))
    except RuntimeError:  # shapes that do not go together
        return False


def together(exercise: str) -> list[tuple[str, ...]]:
    """Every gradient, in as few files as there can be; alone those that the chain breaks on."""
    files: list[tuple[str, ...]] = [()]
    alone: list[tuple[str, ...]] = []
    for name in load_exercise(exercise).gradients:
        if not works(exercise, name):
            alone.append((name,))
            continue
        for at, file in enumerate(files):
            if works(exercise, *file, name):
                files[at] = (*file, name)
                break
        else:
            files.append((name,))
    return [*files, *alone]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_gradient_passes_in_a_shape_that_broadcasts_to_its_value(exercise: str) -> None:
    course = load_exercise(exercise)
    files = together(exercise)
    assert sorted(name for file in files for name in file) == sorted(course.gradients)
    for names in files:
        source = written_otherwise(exercise, *names)
        report = grade(exercise, source, timeout=60.0)
        for name in names:
            found = row(report, name)
            assert found.passes and found.broadcasts, (names, found)
            assert len(found.shape or ()) - len(found.expected_shape) in (1, -1)
            assert found.diagnosis is not None and found.diagnosis.mistake == "keepdim-lost"
        # Where a line below cannot work with it, that line is the one to look at.
        assert report.passed is works(exercise, *names), (names, report.error)


@pytest.mark.parametrize(("exercise", "name"), ROWS)
def test_a_wrong_factor_in_such_a_shape_is_named(exercise: str, name: str) -> None:
    report = grade(exercise, written_otherwise(exercise, name, times="1.5 * "), timeout=60.0)
    first = report.first_own_error
    assert first is not None and (first.name, first.verdict) == (name, "wrong")
    assert first.diagnosis is not None and first.diagnosis.mistake == "wrong-factor"
    assert first.shape != first.expected_shape


LOST = ("(-dbndiff).sum(0, keepdim=True)", "(-dbndiff).sum(0)")


def test_the_lectures_columns_hold_for_it_and_both_shapes_are_told(grade_text: Grade) -> None:
    report = grade_text(rewritten("exercise1", LOST))
    assert report.passed and report.score == 26
    found = row(report, "bnmeani")
    assert (found.verdict, found.exact, found.approximate, found.maxdiff) == (
        "exact",
        True,
        True,
        0,
    )
    assert (found.shape, found.expected_shape) == ((64,), (1, 64))
    assert [g.name for g in report.gradients if g.broadcasts] == ["bnmeani"]


def test_strict_refuses_it_and_nothing_else(grade_text: Grade) -> None:
    source = rewritten("exercise1", LOST)
    report = grade_text(source, strict=True)
    assert not report.passed
    assert [(g.name, g.verdict) for g in report.gradients if g.verdict != "exact"] == [
        ("bnmeani", "wrong_shape")
    ]
    # Passed down, it is no point under --strict either.
    spoiled = source.replace("(1.0 - h**2) * dh", "(2.0 - h**2) * dh")
    assert row(grade_text(spoiled, strict=True), "bnmeani").verdict == "wrong_shape"
    assert row(grade_text(spoiled), "bnmeani").verdict == "inherited"


@pytest.mark.parametrize(
    ("got", "right", "alike"),
    [
        ((64,), (1, 64), True),
        ((1, 64), (64,), True),
        ((1, 1, 64), (64,), True),
        ((1, 32, 27), (32, 27), True),
        ((1,), (), True),
        ((64, 1), (64,), False),
        ((64,), (64, 1), False),
        ((1, 64), (64, 1), False),
        ((32, 1), (1, 32), False),
        ((2, 64), (64,), False),
        ((), (64,), False),
        ((1,), (64,), False),
        ((1, 27), (32, 27), False),
        ((27, 32), (32, 27), False),
    ],
)
def test_only_leading_ones_are_no_matter(
    got: tuple[int, ...], right: tuple[int, ...], alike: bool
) -> None:
    import torch

    from grader.tensors import in_shape

    value = torch.randn(right)
    viewed = in_shape(torch.zeros(got), value.shape)
    assert (viewed is not None) is alike
    assert viewed is None or viewed.shape == value.shape
    assert (in_shape_of(value, torch.zeros(got)) is not None) is alike
