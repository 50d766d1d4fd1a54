"""What is kept for hints between two calls; and that nothing in it can break one."""

import json

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.workspace import kit
from grader.workspace.hint_state import HINTS, Finding, LastGrading, last_grading, note_rung

pytestmark = pytest.mark.usefixtures("folder")


ENTRY = {
    "graded": True, "passed": False, "first": "counts", "saved": None,
    "findings": {"counts": {"verdict": "wrong", "message": "M", "mistake": "wrong-factor"}},
    "rungs": {"counts": 1},
}  # fmt: skip


def test_what_is_kept_is_read_back(folder: kit.Kit) -> None:
    HINTS.parent.mkdir()
    HINTS.write_text(json.dumps({"exercise1": ENTRY}))
    found = last_grading(folder, "exercise1")
    assert found.rungs == {"counts": 1}
    assert found.finding("counts") == Finding("wrong", "M", "wrong-factor")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"3", b"\xff\xfe", b"[" * 100_000,
        *(
            json.dumps({"exercise1": entry}).encode()
            for entry in (
                3, [], {}, None, "text",
                ENTRY | {"rungs": 3},
                ENTRY | {"rungs": {"counts": "one"}},
                ENTRY | {"findings": []},
                ENTRY | {"findings": {"counts": {}}},
                ENTRY | {"findings": {"counts": {"verdict": "wrong", "message": 3}}},
                ENTRY | {"first": ["counts"]},
                ENTRY | {"another": 3},
            )
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_read_starts_anew(content: bytes, folder: kit.Kit) -> None:
    HINTS.parent.mkdir()
    HINTS.write_bytes(content)
    assert last_grading(folder, "exercise1") == LastGrading()
    note_rung(folder, "exercise1", "counts", 2)
    assert last_grading(folder, "exercise1") == LastGrading(rungs={"counts": 2})


@pytest.mark.parametrize("rung", [-3, 0, 99])
def test_a_rung_that_is_not_there_is_brought_into_the_ladder(rung: int, folder: kit.Kit) -> None:
    HINTS.parent.mkdir()
    HINTS.write_text(json.dumps({"exercise1": ENTRY | {"rungs": {"counts": rung}}}))
    said = CliRunner().invoke(main, ("hint", "exercise1")).stdout
    assert f"\ndcounts, hint {3 if rung > 3 else 1} of 3: " in said


def test_a_gradient_that_the_exercise_no_longer_has_is_none(folder: kit.Kit) -> None:
    HINTS.parent.mkdir()
    HINTS.write_text(json.dumps({"exercise1": ENTRY | {"first": "gone"}}))
    assert "Run: grade exercise1" in CliRunner().invoke(main, ("hint", "exercise1")).stdout
