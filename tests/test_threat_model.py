"""docs/threat-model.md names a test for each promise: these are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parent
TEXT = (ROOT.parent / "docs" / "threat-model.md").read_text("utf-8")


def promises() -> list[str]:
    table = TEXT.split("| a submission cannot |")[1].split("\n\n")[0]
    return [line.split(" | ")[-1].rstrip(" |") for line in table.split("\n")[2:]]


def test_each_promise_has_its_tests_and_they_are_there() -> None:
    assert len(promises()) >= 15
    for held_by in promises():
        named = re.findall("`([^`]+)`", held_by)
        assert named or held_by.startswith("every attack"), held_by
        for name in named:
            attack = ROOT / "attacks" / "submissions" / f"{name}.py"
            assert (ROOT / name).exists() or attack.exists(), name


def test_the_limits_are_those_of_the_code() -> None:
    from grader.grading import CALLS_IN_FULL, Options
    from grader.process.attempt import GRACE, OUTPUT_CAP, PRINT_CAP, REPLIES_CAP, REPLY_CAP
    from grader.process.sandbox.plan import DESCRIPTORS, FILE, FOLDER_FILES, GIB, MEMORY, MIB
    from grader.protocol.frames import MOST_DIMENSIONS
    from grader.syntax.bounds import MAX_BYTES, MAX_CELLS, MAX_NODES
    from grader.syntax.submission import MAX_NOTEBOOK_BYTES

    timeout = Options().timeout
    for said in (
        f"{MAX_BYTES:,} bytes, {MAX_NODES:,} names",
        f"{MAX_NOTEBOOK_BYTES // 10**6} MB and {MAX_CELLS:,} cells",
        f"`--timeout`, {timeout:g} s", f"twelve times that, {CALLS_IN_FULL * timeout:g} s",
        f"grace, {CALLS_IN_FULL * (timeout + GRACE):g} s", f"{MEMORY // GIB} GiB beyond",
        f"{FILE // MIB} MiB, {FOLDER_FILES} files", f"| open files | {DESCRIPTORS} |",
        f"| an answer | {REPLY_CAP // MIB} MiB", f"and {MOST_DIMENSIONS} dimensions",
        f"| {REPLIES_CAP // MIB} MiB, which", f"{OUTPUT_CAP:,} characters are kept",
        f"more than {PRINT_CAP // MIB} MiB",
    ):  # fmt: skip
        assert said in TEXT, said
