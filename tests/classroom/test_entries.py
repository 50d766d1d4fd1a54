"""Files of a folder and of an archive: what is read, and what is refused and said."""

import os
import stat
import zipfile
from pathlib import Path

import pytest

from grader.classroom.entries import LARGEST, Entry, NotRead, Refused, entries


def read(root: Path) -> dict[str, bytes]:
    return {entry.name: entry.read() for entry in entries(root) if isinstance(entry, Entry)}


def refused(root: Path) -> dict[str, str]:
    return {entry.name: entry.why for entry in entries(root) if isinstance(entry, NotRead)}


def packed(path: Path, files: dict[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return path


def test_a_folder_and_the_archives_in_it_are_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "bob" / "deep").mkdir(parents=True)
    (tmp_path / "bob" / "deep" / "b.py").write_text("b")
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX" / "b.py").write_text("no")
    (tmp_path / ".hidden.py").write_text("no")
    packed(tmp_path / "alice.zip", {"x/a.py": b"a", "__MACOSX/._a.py": b"no"})
    packed(tmp_path / "bob" / "more.zip", {"c.py": b"c"})
    found = read(tmp_path)
    assert found == {"alice/x/a.py": b"a", "bob/deep/b.py": b"b", "bob/more/c.py": b"c"}
    assert list(found) == sorted(found)


def test_an_archive_is_read_as_the_folder_that_it_holds(tmp_path: Path) -> None:
    root = packed(tmp_path / "export.zip", {"alice/a.py": b"a", "bob/b.py": b"b"})
    assert read(root) == {"alice/a.py": b"a", "bob/b.py": b"b"}


@pytest.mark.parametrize(
    ("written", "name"),
    [("müller.py".encode(), "müller.py"), ("müller_.py".encode("cp437"), "müller_.py")],
    ids=["UTF-8", "cp437"],
)
def test_a_name_in_an_archive_that_does_not_say_how_it_is_written(
    written: bytes, name: str, tmp_path: Path
) -> None:
    path = packed(tmp_path / "export.zip", {"müller.py": b"a"})
    data = bytearray(path.read_bytes())
    for at in (data.index(b"PK\3\4") + 6, data.index(b"PK\1\2") + 8):
        data[at : at + 2] = b"\0\0"  # the flags, where zipfile said that it is UTF-8
    path.write_bytes(data.replace("müller.py".encode(), written))
    assert read(path) == {name: b"a"}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../../etc/a.py", "its path leads out of the archive"),
        ("/etc/a.py", "its path leads out of the archive"),
        ("a\\..\\..\\b.py", "its path leads out of the archive"),
        ("C:/a.py", "its path leads out of the archive"),
        (
            "a/inner.zip",
            "it is an archive in an archive; unpack the outer one, and grade that folder",
        ),
    ],
)
def test_what_reaches_out_of_an_archive_is_refused(name: str, why: str, tmp_path: Path) -> None:
    packed(tmp_path / "eve.zip", {name: b"x", "fine.py": b"y"})
    assert list(refused(tmp_path).values()) == [why]
    assert read(tmp_path) == {"eve/fine.py": b"y"}


def test_links_are_not_followed_in_a_folder_nor_in_an_archive(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s")
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "eve.py").symlink_to(secret)
    os.mkfifo(folder / "pipe.py")
    link = zipfile.ZipInfo("link.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(folder / "mallory.zip", "w") as archive:
        archive.writestr(link, str(secret))
    assert read(folder) == {}
    assert refused(folder) == {
        "eve.py": "it is a link",
        "mallory.zip/link.py": "it is a link",
        "pipe.py": "it is not a regular file",
    }


def test_a_file_that_became_a_link_since_it_was_found_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("a")
    (entry,) = entries(tmp_path)
    assert isinstance(entry, Entry)
    (tmp_path / "a.py").unlink()
    (tmp_path / "a.py").symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="symbolic"):
        entry.read()


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    packed(tmp_path / "bomb.zip", {"a.py": b"\0" * 8 * 2**20})
    assert refused(tmp_path) == {"bomb.zip/a.py": "it unpacks to far more than it is"}


def test_what_lies_about_its_size_is_refused_when_it_is_read(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"a.py": b"x" * 1000})
    data = bytearray(path.read_bytes())
    for at in (data.index(b"PK\1\2") + 24, 22):  # the sizes in the directory and before the file
        data[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    (entry,) = entries(tmp_path)
    assert isinstance(entry, Entry)
    with pytest.raises(Refused):
        entry.read()


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "a.py").open("wb") as file:
        file.truncate(LARGEST + 1)
    (entry,) = entries(tmp_path)
    assert isinstance(entry, Entry)
    with pytest.raises(Refused, match="64 MiB"):
        entry.read()


def test_what_is_no_archive_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\3\4 and no more")
    assert list(refused(tmp_path)) == ["a.zip"]
    with pytest.raises(Refused, match="neither a folder nor a whole zip"):
        read(tmp_path / "a.zip")
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "b.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_a_member_that_is_damaged_is_refused(method: int, tmp_path: Path) -> None:
    path, text = tmp_path / "ann.zip", "".join(f"y{at} = x + {at * at}\n" for at in range(500))
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a.py", text)
    data = bytearray(path.read_bytes())
    begin = 30 + len("a.py")  # behind the member's own header
    data[begin + 20 : begin + 60] = b"\xff" * 40
    path.write_bytes(data)
    (entry,) = entries(tmp_path)
    assert isinstance(entry, Entry)
    with pytest.raises((Refused, OSError)):
        entry.read()


def test_a_member_whose_name_is_no_text_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "ann.zip", {"\u00e9.py": b"x = 1"})
    data = path.read_bytes()
    assert data.count("\u00e9.py".encode()) == 2
    path.write_bytes(data.replace("\u00e9.py".encode(), b"\xff\xfe.py", 1))  # in its own header
    (entry,) = entries(tmp_path)
    assert isinstance(entry, Entry)
    with pytest.raises(Refused, match="cannot be unpacked"):
        entry.read()
