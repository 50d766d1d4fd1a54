"""Files of a class's run: whole, or as they were before."""

import os
import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.classroom.written import whole_file, write_file
from grader.cli.class_output import written
from grader.errors import NoRoom, UsageProblem


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """In each file that is written."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_where_there_is_no_room_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "gradebook.csv"
    write_file(path, "student,points\nada,26\n")
    path.chmod(0o600)
    said = re.escape("gradebook.csv: File too large. Make room there")
    with pytest.raises(NoRoom, match=said), room_for(20_000), written(tmp_path):
        write_file(path, "student,points\n" + "ada,26\n" * 9000)
    assert path.read_text() == "student,points\nada,26\n"
    assert list(tmp_path.iterdir()) == [path]
    write_file(path, "student,points\nada,25\n")
    assert path.read_text() == "student,points\nada,25\n"
    assert path.stat().st_mode & 0o777 == 0o600  # nobody else may read grades, as before


def test_a_run_that_stops_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "class.xml"
    write_file(path, "old")
    with pytest.raises(KeyboardInterrupt), whole_file(path) as file:
        file.write("new")
        raise KeyboardInterrupt
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_a_pipe_and_a_link_are_written_where_they_are(tmp_path: Path) -> None:
    reads, writes = os.pipe()
    write_file(Path(f"/dev/fd/{writes}"), "x")
    assert os.read(reads, 10) == b"x"
    os.close(reads)
    os.close(writes)
    (tmp_path / "elsewhere.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "elsewhere.csv")
    write_file(tmp_path / "link.csv", "new")
    assert (tmp_path / "elsewhere.csv").read_text() == "new"
    assert (tmp_path / "link.csv").is_symlink()


def test_another_reason_is_the_callers_to_put_right(tmp_path: Path) -> None:
    said = re.escape("none/x.csv: No such file or directory.")
    with pytest.raises(UsageProblem, match=f"{said}$"), written(tmp_path):
        write_file(tmp_path / "none" / "x.csv", "x")
