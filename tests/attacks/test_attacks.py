"""Each attack scores nothing, leaves nothing, and the next submission is graded as ever.

An attack is a file in submissions/, whose docstring says what it tries and where it was seen.
It prints FOUND where it got what it should not have.
"""

import ast

import pytest

from grader.syntax.dialect import usual
from grader.syntax.forbidden import first_forbidden
from grader.syntax.names import Names
from tests.attacks.range import SECRET, SUBMISSIONS, Range, settled

ATTACKS = sorted(path.stem for path in SUBMISSIONS.glob("*.py"))
EXERCISES = {"finite_differences": "exercise2"}  # the others are tried on exercise1


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_gets_nothing_and_leaves_nothing(attack: str, attacked: Range) -> None:
    report = attacked.grade(attack, EXERCISES.get(attack, "exercise1"))
    assert report.score == 0
    assert not report.passed
    assert "FOUND" not in report.output
    assert SECRET not in report.output + str(report.error) + report.trace
    assert (report.output + str(report.error)).replace("\n", "").isprintable()
    assert settled(attacked) == []
    worked = attacked.grade_worked_answer()
    assert (worked.score, worked.passed, worked.error) == (26.0, True, None)


@pytest.mark.parametrize("attack", ATTACKS)
def test_under_untrusted_it_scores_nothing(attack: str, strangers: Range) -> None:
    """With the dialect in front: what that refuses is never run."""
    source = (SUBMISSIONS / f"{attack}.py").read_text("utf-8")
    refused = first_forbidden(Names(ast.parse(source)), usual())
    report = strangers.grade(attack, EXERCISES.get(attack, "exercise1"))
    assert (report.score, report.passed) == (0, False)
    assert "FOUND" not in report.output
    assert settled(strangers) == []
    if refused is not None:
        assert f"line {refused.line}: " in str(report.error)
        assert report.output == ""
        assert {gradient.verdict for gradient in report.gradients} <= {"forbidden", "missing"}


# Without the sandbox these are seen to work, so the test above can fail. All are harmless.
SCORES = ("read_solution", "import_solution", "read_neighbour", "import_the_judge")
FINDS = (
    "tcp", "udp", "unix_sockets", "dns", "odd_sockets", "daemon_threads", "clone_by_number",
    "signals_to_others", "modes_and_owners", "memory_bomb", "raises_its_limits",
    "frames_of_the_command", "second_copy", "torch_reads_files", "young_system_calls", "links_out",
)  # fmt: skip
LEAVES = ("tcp", "udp", "unix_sockets", "double_fork", "exec_programs", "overwrite_own_file",
          "memory_file_exec")  # fmt: skip


@pytest.mark.parametrize("attack", SCORES)
def test_without_the_sandbox_it_scores(attack: str, unprotected: Range) -> None:
    report = unprotected.grade(attack)  # it has torch's numbers, whatever becomes of them
    assert all(gradient.approximate for gradient in report.gradients)


@pytest.mark.parametrize("attack", FINDS)
def test_without_the_sandbox_it_finds(attack: str, unprotected: Range) -> None:
    assert "FOUND" in unprotected.grade(attack).output
    unprotected.clean()


@pytest.mark.parametrize("attack", LEAVES)
def test_without_the_sandbox_it_leaves_something(attack: str, unprotected: Range) -> None:
    unprotected.grade(attack)
    assert unprotected.left_behind()
    unprotected.clean()


def test_every_attack_says_what_it_tries_and_where_it_was_seen() -> None:
    assert len(ATTACKS) >= 40
    for attack in ATTACKS:
        said = ast.get_docstring(ast.parse((SUBMISSIONS / f"{attack}.py").read_text("utf-8")))
        assert said is not None
        assert "\nSeen: " in said, attack
