"""What a file that is handed in may be, and what grading it may touch: rows c, d, l, o."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.workspace import kit
from grader.workspace.kit import Kit
from tests.command import run as grade

SECRET = "first_line_of_a_secret = (\n"


def files_below(folder: Path) -> dict[str, bytes]:
    """Links by where they lead, and nothing followed."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            found[str(path)] = str(path.readlink()).encode()
        elif path.is_file():
            found[str(path)] = path.read_bytes()
    return found


@pytest.mark.parametrize("own", [True, False])
def test_a_link_is_no_submission_of_a_strangers(own: bool, folder: Kit) -> None:
    secret = folder.root.parent / "secret.txt"
    secret.write_text(SECRET)
    stub = folder.stub("exercise2")
    for target in (secret, kit.solution_path("exercise2")):
        stub.unlink()
        stub.symlink_to(target)
        words = [] if own else ["--submission", stub]
        done = grade("exercise2", *words, "--untrusted", "--json", cwd=folder.root)
        assert done.returncode == 1, done.stderr
        assert "a symbolic link; with --untrusted a submission is a file of its own." in done.stdout
        assert "first_line" not in done.stdout + done.stderr
        assert '"score": 0.0' in done.stdout


def test_a_link_is_followed_in_ones_own_folder(folder: Kit) -> None:
    stub = folder.stub("exercise2")
    stub.unlink()
    stub.symlink_to(kit.solution_path("exercise2"))
    assert grade("exercise2", cwd=folder.root).returncode == 0


def pipe(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    os.mkfifo(path)


def device(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("kind", [pipe, device])
@pytest.mark.parametrize("untrusted", [[], ["--untrusted"]])
def test_what_is_no_file_is_no_submission(
    kind: Callable[[Path], None], untrusted: list[str], folder: Kit
) -> None:
    kind(folder.stub("exercise2"))
    done = grade("exercise2", *untrusted, cwd=folder.root)
    assert done.returncode == 1, done.stderr
    assert "a submission is a file" in " ".join(done.stdout.split())


@pytest.mark.parametrize("words", [["list"], ["exercise2"], ["hint", "exercise2"],
                                   ["reset", "exercise2"]])  # fmt: skip
def test_a_pipe_for_a_state_file_keeps_nobody_waiting(words: list[str], folder: Kit) -> None:
    for name in ("progress.json", "hints.json", "lock"):
        pipe(folder.root / ".handgrad" / name)
    pipe(folder.stub("exercise3"))
    assert grade(*words, cwd=folder.root).returncode in (0, 1)


@pytest.mark.parametrize("links", [
    [".handgrad"],
    [f".handgrad/{name}" for name in ("progress.json", "hints.json", "progress.new", "lock")],
])  # fmt: skip
@pytest.mark.parametrize("untrusted", [[], ["--untrusted"]])
def test_no_link_leads_out_of_the_folder(
    links: list[str], untrusted: list[str], folder: Kit
) -> None:
    outside = folder.root.parent / f"{folder.root.name}-outside"
    outside.mkdir()
    for link in links:
        target = outside / f"precious-{Path(link).name}"
        if link == ".handgrad":
            target.mkdir()
            (target / "progress.json").write_text("precious")
        else:
            target.write_text("precious")
            (folder.root / ".handgrad").mkdir(exist_ok=True)
        (folder.root / link).symlink_to(target)
    before = files_below(outside)
    (folder.stub("exercise2")).write_text("def backward(n): return {}\n")
    assert grade("exercise2", *untrusted, cwd=folder.root).returncode == 1
    assert grade("hint", "exercise2", cwd=folder.root).returncode == 0
    assert files_below(outside) == before


@pytest.mark.parametrize(
    "words", [["exercise2"], ["all"], ["exercise4", "--train", "--steps", "3"]]
)
def test_a_strangers_folder_is_not_written_to(words: list[str], folder: Kit) -> None:
    before = files_below(folder.root)
    assert grade(*words, "--untrusted", cwd=folder.root).returncode == 1
    assert files_below(folder.root) == before


def test_no_other_kit_is_graded_in_the_place_of_one_that_is_not_there(folder: Kit) -> None:
    clone = folder.root / "clone"
    clone.mkdir()
    for words in (["exercise2"], ["all"]):
        done = grade(*words, "--untrusted", cwd=clone)
        assert done.returncode == 2
        assert "There is no exercises/ in this folder. `grade init DIR` sets up" in done.stderr
