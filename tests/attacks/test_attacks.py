"""Each attack scores nothing, leaves nothing, and the next submission is graded as ever.

An attack is a file in submissions/, whose docstring says what it tries and where it was seen.
It prints FOUND where it got what it should not have.
"""

import ast
import subprocess
import sys

import pytest

from grader.course.exercise import load_exercise
from grader.syntax.dialect import allowing, usual
from grader.syntax.forbidden import first_forbidden
from grader.syntax.names import Names
from tests.attacks.range import ROOT, SECRET, SUBMISSIONS, Range, settled

ATTACKS = sorted(path.stem for path in SUBMISSIONS.glob("*.py"))
# Each differentiates, and gives what torch's own backward gives, where nobody keeps it from it.
DIFFERENTIATE = {
    "alias_by_many_steps": "exercise2", "annotation_worked_out": "exercise2",
    "batch_norm_kernel": "exercise3",
    "builtin_bound_never": "exercise2", "class_body_looks_outside": "exercise2",
    "module_assigned_twice": "exercise2", "module_by_walrus": "exercise2",
    "module_in_a_class": "exercise2", "module_in_the_locals": "exercise2",
    "convolution_kernel": "exercise9", "decorated_by_a_compiler": "exercise2",
    "dispatcher_key_excluded": "exercise2", "dual_numbers_of_torch": "exercise2",
    "dummy_methods": "exercise2", "function_modes_off": "exercise2",
    "functorch_from_inside": "exercise3", "jacfwd_at_module_level": "exercise2",
    "letters_that_look_alike": "exercise2", "methods_that_python_calls": "exercise2",
    "mode_popped_and_put_back": "exercise2", "module_as_builtins": "exercise2",
    "recorded_past_the_mode": "exercise2", "recorded_while_it_is_shown": "exercise2",
    "script": "exercise2", "shown_as_a_subclass": "exercise2", "softmax_kernel": "exercise2",
    "sympy_derives": "warmup1",
    "deleted_afterwards": "exercise2", "text_of_an_error": "exercise2",
    "through_the_functional_module": "exercise2", "wall_talked_over": "exercise2",
}  # fmt: skip
# Where an attack is tried; the others on exercise1.
EXERCISES = DIFFERENTIATE | {"code_in_an_annotation": "warmup2"} | dict.fromkeys(
    ("answers_bit_by_bit", "aliases_that_double", "class_made_by_type", "constants_to_fold",
     "fields_that_are_code", "finite_differences", "frames_of_a_generator", "frames_of_an_error",
     "iterators_in_iterators", "kernels_that_trust", "keyword_in_a_dict", "leftovers_of_memory",
     "nested_as_deep_as_is_read", "numbers_without_end", "only_when_alone",
     "patterns_that_match", "targets_without_an_assignment", "tensor_class_patched",
     "text_in_another_encoding", "text_that_is_formatted", "text_that_turns_around",
     "while_a_tensor_is_shown"), "exercise2",
)  # fmt: skip
# The one that only the dialect keeps out: the second wall is in the same Python as this is.
BY_THE_DIALECT = ("wall_talked_over",)
# What these find behind the dialect is no secret, and gives nothing: what Python knows of the code
# that it runs, addresses in its own memory, torch's classes to be changed in its own child.
FINDS_NOTHING_OF_OURS = (
    "array_of_any_memory", "class_made_by_type", "code_in_an_annotation", "frames_of_a_generator",
    "frames_of_an_error", "numpy_to_memory", "object_at_an_address", "patterns_that_match",
    "tensor_class_patched", "text_that_is_formatted",
)  # fmt: skip
# Derivatives by differences, in the dialect and as good as exact: they are shown to the teacher.
FLAGGED = {"complex_step": "exercise2", "stencil_of_eighth_order": "exercise2",
           "differences_in_whole_numbers": "warmup1"}  # fmt: skip


@pytest.mark.parametrize("attack", sorted({*ATTACKS} - {*BY_THE_DIALECT, *FLAGGED}))
def test_it_gets_nothing_and_leaves_nothing(attack: str, attacked: Range) -> None:
    report = attacked.grade(attack, EXERCISES.get(attack, "exercise1"))
    assert report.score == 0
    assert not report.passed
    assert ("FOUND" in report.output) == (attack in FINDS_NOTHING_OF_OURS)
    assert SECRET not in report.output + str(report.error) + report.trace
    assert (report.output + str(report.error)).replace("\n", "").isprintable()
    assert settled(attacked) == []
    worked = attacked.grade_worked_answer()
    assert (worked.score, worked.passed, worked.error) == (26.0, True, None)


@pytest.mark.parametrize("attack", BY_THE_DIALECT)
def test_what_the_dialect_alone_keeps_out_scores_without_it(attack: str, attacked: Range) -> None:
    assert attacked.grade(attack, EXERCISES[attack]).score > 0


@pytest.mark.parametrize("attack", FLAGGED)
def test_what_is_measured_is_flagged(attack: str, strangers: Range) -> None:
    report = strangers.grade(attack, FLAGGED[attack])
    assert "looks-measured" in [flag.flag for flag in report.flags]
    assert settled(strangers) == []


@pytest.mark.parametrize("attack", sorted({*ATTACKS} - {*FLAGGED}))
def test_under_untrusted_it_scores_nothing(attack: str, strangers: Range) -> None:
    """With the dialect in front: what that refuses is never run."""
    source = (SUBMISSIONS / f"{attack}.py").read_text("utf-8")
    exercise = EXERCISES.get(attack, "exercise1")
    dialect = allowing(usual(), load_exercise(exercise).allows)
    refused = first_forbidden(Names(ast.parse(source)), dialect)
    report = strangers.grade(attack, exercise)
    assert (report.score, report.passed) == (0, False)
    assert "FOUND" not in report.output
    assert settled(strangers) == []
    if refused is not None:
        assert f"line {refused.line}: " in str(report.error)
        assert report.output == ""
        assert {gradient.verdict for gradient in report.gradients} <= {"forbidden", "missing"}


def test_those_that_differentiate_do_where_nobody_keeps_them_from_it() -> None:
    asked = [f"{attack}={exercise}" for attack, exercise in DIFFERENTIATE.items()]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.attacks.differentiates", *asked],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    agree = set(done.stdout.split()) - {"FOUND"}
    assert agree == {*DIFFERENTIATE}, done.stderr[-3000:]


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
    assert len(ATTACKS) >= 100
    for attack in ATTACKS:
        said = ast.get_docstring(ast.parse((SUBMISSIONS / f"{attack}.py").read_text("utf-8")))
        assert said is not None
        assert "\nSeen: " in said, attack
