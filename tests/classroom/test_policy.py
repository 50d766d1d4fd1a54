"""course.toml: what it may say, and what is said of one that is wrong."""

from pathlib import Path

import pytest

from grader.classroom.policy import TEMPLATE, Policy, read_policy
from grader.errors import UsageProblem


def policy(tmp_path: Path, text: str) -> Policy:
    path = tmp_path / "course.toml"
    path.write_text(text)
    return read_policy(path)


def test_the_template_says_nothing_and_every_line_of_it_may_be_said(tmp_path: Path) -> None:
    assert policy(tmp_path, TEMPLATE) == Policy()
    said = "\n".join(
        line.removeprefix("# ") if "=" in line.partition("  #")[0] else line
        for line in TEMPLATE.split("\n")
    )
    found = policy(tmp_path, said)
    assert found.exercises == ("exercise1",)
    assert found.seed == 4711
    assert found.points.of == {"exercise1": {"bnvar": 3.0, "C": 2.0}}
    assert found.dialect.modules == {"statistics": ["mean"], "numpy": []}
    assert (found.dialect.builtins, found.dialect.attributes) == (("exec",), ("cumsum_",))
    usual = Policy()
    same = ("attempts", "strict", "timeout", "feedback")
    assert all(getattr(found, name) == getattr(usual, name) for name in same)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stric = true", "line 1: stric is not known here; did you mean strict?"),
        ("\nstrict = 1", "line 2: strict: write true or false, not 1."),
        ('attempts = "first"', 'line 1: attempts: write "best", "latest" or "all".'),
        ("exercises = ['exercise33']", "line 1: exercises: exercise33: no such exercise; did you"),
        ("timeout = 0", "line 1: timeout: write seconds, 0.1 to 3600, not 0."),
        ("seed = -1", "line 1: seed: write a whole number, 0 or more, not -1."),
        (
            "[points]\ninherited = 'half'",
            'line 2: inherited: write a number, 0 or more, not "half"',
        ),
        ("[points]\ninherit = 1", "line 2: inherit is not known here; did you mean inherited?"),
        (
            "[points.of.exercise1]\nbnvra = 2",
            "line 2: bnvra is not a gradient of exercise1; did you",
        ),
        ("[points.of.exercise1]\nC = -2", "line 2: C: write a number of points, 0 or more."),
        ("[dialect]\nbuiltins = 'print'", "line 2: builtins: write a list of names, not"),
        ("[dialect]\nmodules = { numpy = true }", "line 2: modules: write a table, the names"),
        ("points = 3", "line 1: points: write a table, [points], not 3."),
        ("strict = yes", "Invalid value (at line 1, column 10)."),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageProblem) as problem:
        policy(tmp_path, text)
    assert said in str(problem.value)
    assert "course.toml" in str(problem.value)


def test_points_by_gradient_and_for_what_is_inherited() -> None:
    gradients = [
        {"name": "a", "verdict": "exact"},
        {"name": "b", "verdict": "inherited"},
        {"name": "c", "verdict": "wrong"},
    ]
    found = Policy().worth("exercise1", gradients, passed=False)
    assert (found, Policy().at_most("exercise1", gradients)) == (2.0, 3.0)


def test_what_decides_a_verdict_is_told_apart_from_what_it_is_worth(tmp_path: Path) -> None:
    usual = Policy().decides()
    assert (
        policy(tmp_path, "[points]\ninherited = 0.5\n[feedback]\nhints = false").decides() == usual
    )
    assert policy(tmp_path, "strict = true").decides() != usual
