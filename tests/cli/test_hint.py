"""grade hint: one rung more at each call, what is remembered of them, and what is said instead."""

import os
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

from grader.cli import main
from grader.cli.grading import note_progress
from grader.report import Diagnosis, GradientReport, Report
from grader.workspace import kit
from grader.workspace.hint_state import HINTS, LastGrading, last_grading, note_grading

pytestmark = pytest.mark.usefixtures("folder")

TWICE = Diagnosis("contribution-twice", "It was counted twice.")
FACTOR = Diagnosis("wrong-factor", "It is off by 2.")


def grade(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def gradient(name: str, verdict: str, diagnosis: Diagnosis | None = None) -> GradientReport:
    right = verdict == "exact"
    return GradientReport(name, verdict, right, right, 0.0, (1,), (1,), 7, diagnosis)


def report(*gradients: GradientReport, error: str | None = None) -> Report:
    path = "exercises/exercise1.py"
    return Report("exercise1", path, False, {}, gradients, error=error)


def headings(done: Result) -> list[str]:
    assert done.exit_code == 0, done.output
    assert max(map(len, done.stdout.splitlines())) <= 80
    return [line for line in done.stdout.splitlines() if ", hint " in line]


CLIMB = [
    "dcounts, hint 1 of 3: your line",
    "dcounts, hint 2 of 3: the calculus",
    "dcounts, hint 3 of 3: the shapes",
]


def test_each_call_shows_one_rung_more_and_the_last_one_again(folder: kit.Kit) -> None:
    note_grading(folder, report(gradient("counts", "wrong", TWICE)))
    for expected in (*CLIMB, CLIMB[-1]):
        done = grade("hint", "exercise1", "dcounts")
        assert headings(done) == [expected]
        onward = "The next hint: grade hint exercise1 dcounts\n"
        if expected == CLIMB[-1]:
            onward = "That was the last hint. The worked answer: grade solution exercise1 dcounts\n"
        assert done.stdout.endswith("\n\n" + onward)


def test_the_first_rung_is_the_learners_own_mistake(folder: kit.Kit) -> None:
    note_grading(folder, report(gradient("counts", "wrong", TWICE)))
    said = grade("hint", "exercise1", "counts").stdout
    assert "  It was counted twice.\n" in said
    assert "  How to see it: Count the uses" in said
    assert "grade explain contribution-twice" in said


def test_without_a_name_it_is_the_first_own_error(folder: kit.Kit) -> None:
    right, wrong = gradient("probs", "exact"), gradient("counts", "wrong", TWICE)
    note_grading(folder, report(right, replace(wrong, name="h", line=9), wrong))
    assert headings(grade("hint", "exercise1")) == CLIMB[:1]
    assert headings(grade("hint", "exercise1")) == CLIMB[1:2]


def test_each_gradient_has_a_ladder_of_its_own() -> None:
    assert headings(grade("hint", "exercise1", "probs")) == ["dprobs, hint 1 of 2: the calculus"]
    assert headings(grade("hint", "exercise1", "h")) == ["dh, hint 1 of 2: the calculus"]
    assert headings(grade("hint", "exercise4", "h")) == ["dh, hint 1 of 2: the calculus"]
    assert headings(grade("hint", "exercise1", "dprobs")) == ["dprobs, hint 2 of 2: the shapes"]


def test_a_rung_can_be_chosen_and_does_not_set_the_ladder_back() -> None:
    for arguments, expected in ((("--rung", "3"), 3), (("--rung", "1"), 1), ((), 4)):
        done = grade("hint", "exercise2", "logits", *arguments)
        assert headings(done) == [f"dlogits, hint {expected} of 5: the calculus"]


def test_all_rungs_at_once(folder: kit.Kit) -> None:
    note_grading(folder, report(gradient("counts", "wrong", TWICE)))
    assert headings(grade("hint", "exercise1", "--all")) == CLIMB
    assert headings(grade("hint", "exercise1")) == CLIMB[-1:]


def test_a_new_mistake_starts_its_ladder_anew_and_no_other(folder: kit.Kit) -> None:
    note_grading(folder, report(gradient("counts", "wrong", TWICE), gradient("h", "missing")))
    for name in ("counts", "h"):
        grade("hint", "exercise1", name)
    note_grading(folder, report(gradient("counts", "wrong", FACTOR), gradient("h", "missing")))
    done = grade("hint", "exercise1", "counts")
    assert headings(done) == CLIMB[:1]
    assert "It is off by 2." in done.stdout
    assert headings(grade("hint", "exercise1", "h")) == ["dh, hint 2 of 2: the shapes"]


def test_the_same_mistake_again_does_not(folder: kit.Kit) -> None:
    for expected in CLIMB:
        note_grading(folder, report(gradient("counts", "wrong", TWICE)))
        assert headings(grade("hint", "exercise1")) == [expected]


def test_reset_starts_the_ladder_of_that_exercise_anew(folder: kit.Kit) -> None:
    note_grading(folder, report(gradient("counts", "wrong", TWICE)))
    for exercise in ("exercise1", "exercise4"):
        grade("hint", exercise, "h")
    grade("reset", "exercise1")
    assert last_grading(folder, "exercise1") == LastGrading()
    assert headings(grade("hint", "exercise4", "h")) == ["dh, hint 2 of 2: the shapes"]


def test_before_a_grading_it_says_what_to_do() -> None:
    done = grade("hint", "exercise1")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "exercise1 has not been graded yet, so there is no mistake to give a hint for.",
        "Run: grade exercise1",
        "Or name a gradient: grade hint exercise1 dlogprobs",
    ]
    assert not HINTS.exists()


def test_where_all_is_passed_it_says_so(folder: kit.Kit) -> None:
    note_grading(folder, report(gradient("counts", "exact")))
    done = grade("hint", "exercise1")
    assert done.stdout == "exercise1 has passed: there is nothing left to hint at.\n"


def test_where_no_line_is_wrong_and_it_is_not_passed(folder: kit.Kit) -> None:
    note_grading(folder, report(gradient("counts", "exact"), error="The code raised."))
    done = grade("hint", "exercise1")
    assert done.stdout.startswith("In the last grading every line was right on its own.\n")


def test_what_the_line_raised_comes_first(folder: kit.Kit) -> None:
    note_grading(folder, report(gradient("counts", "errored"), error="line 7: RuntimeError: no"))
    done = grade("hint", "exercise1")
    assert headings(done) == CLIMB[:1]
    assert "  line 7: RuntimeError: no\n" in done.stdout
    assert "grade explain" not in done.stdout


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("exact", "dprobs was right when it was last graded."),
        (
            "inherited",
            "The line of dprobs is right, but a gradient that it uses is wrong. First error: dh.",
        ),
        ("missing", ""),
    ],
)
def test_what_is_right_is_said_before_the_hint(verdict: str, said: str, folder: kit.Kit) -> None:
    note_grading(folder, report(gradient("probs", verdict), gradient("h", "wrong")))
    shown = grade("hint", "exercise1", "probs").stdout.split("\n\n")[0]
    first = " ".join(shown.split())
    assert first == said if said else first.startswith("dprobs, hint 1 of 2")


def test_a_file_that_was_changed_since_is_pointed_out(folder: kit.Kit) -> None:
    folder.stub("exercise1").write_text("# my work\n")
    note_grading(folder, report(gradient("counts", "wrong", TWICE)))
    os.utime(folder.stub("exercise1"), (1e9, 1e9))
    said = grade("hint", "exercise1").stdout
    assert said.startswith("exercises/exercise1.py has changed since it was last graded;")
    assert "It was counted twice." in said


def test_a_folder_that_cannot_be_written_to_costs_the_memory_only(folder: kit.Kit) -> None:
    (folder.root / ".handgrad").write_text("a file where a folder should be")
    done = grade("hint", "exercise1", "probs")
    assert headings(done) == ["dprobs, hint 1 of 2: the calculus"]
    assert done.stderr.startswith("The hint shown could not be recorded: ")
    assert grade("reset", "exercise1").exit_code == 0


def test_control_characters_in_what_was_noted_are_shown_as_text(folder: kit.Kit) -> None:
    evil = replace(TWICE, message="\x1b[31mred\x07")
    note_grading(folder, report(gradient("counts", "wrong", evil)))
    assert "\\x1b[31mred\\x07" in grade("hint", "exercise1").stdout


def test_grading_notes_progress_and_hints(folder: kit.Kit) -> None:
    folder.stub("exercise1").write_text("my work")
    note_progress(folder, report(gradient("counts", "wrong", TWICE)))
    names = sorted(path.name for path in (folder.root / ".handgrad").iterdir())
    assert names == ["hints.json", "lock", "progress.json", "tables.json"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("hint exercise33", "exercise33: no such exercise; did you mean exercise3?"),
        ("hint exercise1 dcuonts", "no such gradient here; did you mean dcounts?\n"),
        ("hint exercise1 count", "no such gradient here; did you mean dcounts?\n"),
        ("hint exercise1 xyzzy", "no such gradient here. There is: dlogprobs, dprobs, dcounts_"),
        ("hint exercise1 probs --rung 3", "dprobs has 2 rungs; there is no rung 3."),
        ("hint exercise1 probs --rung 0", "0 is not in the range x>=1"),
        ("hint exercise1 probs --rung 1 --all", "--rung and --all cannot be combined."),
        ("hnt exercise1", "did you mean hint?"),
    ],
)
def test_a_wrong_call_gets_a_line_and_exit_code_2(arguments: str, said: str) -> None:
    done = grade(*arguments.split())
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""
    assert not HINTS.exists()


def test_the_stub_copied_over_the_file_starts_every_ladder_anew(folder: kit.Kit) -> None:
    file = folder.stub("exercise1")
    file.write_text("# my work\n")
    note_grading(folder, report(gradient("counts", "wrong", TWICE)))
    for expected in CLIMB[:2]:
        assert headings(grade("hint", "exercise1", "counts")) == [expected]
    file.write_text(kit.pristine_stub("exercise1"))
    for rung, title in enumerate(("the calculus", "the shapes"), 1):
        done = grade("hint", "exercise1", "counts")
        assert headings(done) == [f"dcounts, hint {rung} of 2: {title}"]
        assert "has changed since" not in done.stdout
    file.write_text("# my work\n")
    note_grading(folder, report(gradient("counts", "missing")))
    grade("hint", "exercise1", "counts")
    file.write_text(kit.pristine_stub("exercise1"))
    note_grading(folder, report(gradient("counts", "missing")))
    assert last_grading(folder, "exercise1").rungs == {}


def test_a_method_means_its_first_wrong_row(folder: kit.Kit) -> None:
    right, wrong = gradient("squared", "exact"), gradient("cubed", "wrong")
    note_grading(folder, replace(report(right, wrong), exercise="warmup2"))
    done = grade("hint", "warmup2", "__mul__")
    assert headings(done)[0].startswith("other.grad in __mul__, hint 1 of ")
    assert done.stdout.endswith("The next hint: grade hint warmup2 __mul__\n")
    # Of one with nothing wrong, or not graded yet, its first row.
    assert headings(grade("hint", "warmup2", "__add__"))[0].startswith("self.grad in __add__, hint")
    refused = grade("hint", "warmup2", "__mull__")
    assert refused.exit_code == 2 and "did you mean __mul__?" in refused.stderr
