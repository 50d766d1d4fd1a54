"""The list of words and its examples, beside the lecture's own loop."""

import random
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from grader.cli import main
from grader.course.names import NameData, read_names

ROOT = Path(__file__).parent.parent.parent
LECTURES_LIST = ROOT.parent / "shared" / "data" / "makemore-names.txt"
WORDS = ["emma", "olivia", "ava", "isabella", "sophia", "mia", "zoë", "o'neil", "jean-luc", "li"]

Example = tuple[list[int], int]


def lectures_examples(words: list[str], block_size: int, stoi: dict[str, int]) -> list[Example]:
    """build_dataset of the lecture, as it stands there."""
    examples = []
    for w in words:
        context = [0] * block_size
        for ch in w + ".":
            ix = stoi[ch]
            examples.append((context, ix))
            context = context[1:] + [ix]  # noqa: RUF005
    return examples


def lectures_split(words: list[str], block_size: int) -> list[list[Example]]:
    chars = sorted(set("".join(words)))
    stoi = {s: i + 1 for i, s in enumerate(chars)} | {".": 0}
    words = list(words)
    random.seed(42)
    random.shuffle(words)
    n1, n2 = int(0.8 * len(words)), int(0.9 * len(words))
    parts = (words[:n1], words[n1:n2], words[n2:])
    return [lectures_examples(part, block_size, stoi) for part in parts]


@given(
    words=st.lists(st.text("abcxyzé'-", min_size=1, max_size=12), min_size=10, max_size=30),
    block_size=st.integers(1, 8),
)
def test_examples_asked_for_one_by_one_are_the_lectures(words: list[str], block_size: int) -> None:
    for ours, theirs in zip(
        NameData(tuple(words)).split(block_size), lectures_split(words, block_size), strict=True
    ):
        assert len(ours) == len(theirs)
        assert [ours[position] for position in range(len(ours))] == theirs


@pytest.mark.skipif(not LECTURES_LIST.exists(), reason="the lecture's names.txt is not here")
def test_the_lectures_list_splits_as_in_the_lecture() -> None:
    parts = NameData(read_names(LECTURES_LIST)).split(3)
    assert [len(part) for part in parts] == [182_625, 22_655, 22_866]


def test_our_list_has_the_lectures_vocabulary() -> None:
    data = NameData(read_names(ROOT / "data" / "names.txt"))
    assert data.letters == ".abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize("block_size", [3, 5])
def test_our_list_gives_what_the_lectures_loop_gives(block_size: int) -> None:
    words = list(read_names(ROOT / "data" / "names.txt"))
    train, _, test = NameData(tuple(words)).split(block_size)
    theirs = lectures_split(words, block_size)
    assert len(train) == len(theirs[0])
    for position in random.Random(0).sample(range(len(train)), 1000):
        assert train[position] == theirs[0][position]
    assert [test[position] for position in range(len(test))] == theirs[2]


def test_a_list_is_read_as_people_write_them(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_bytes("\ufeff  Emma \r\n\r\nO'Neil\r\nJean-Luc\n\nZoë".encode() + b"\nli" * 6)
    assert read_names(path) == ("emma", "o'neil", "jean-luc", "zoë", *["li"] * 6)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no such file"),
        (b"", "0 words"),
        (b"\n \n\t\n", "0 words"),
        (b"emma\n" * 9, "9 words"),
        ("zoë\n".encode("latin-1") * 20, "not text (UTF-8)"),
        ("emma\n".encode("utf-16") * 20, "not text (UTF-8)"),
        (b"\x80\x02}q\x00." * 20, "not text (UTF-8)"),
        (b"emma\n" * 12 + b"!!!\n", "line 13: '!!!' is not a word"),
        (b"--\n" * 12, "line 1: '--' is not a word"),
        (b"emma\n" * 12 + b"r2d2\n", "line 13: 'r2d2' is not a word"),
        (b"name,sex,count\nemma,F,20799\n" * 12, "line 1: 'name,sex,count' is not a word"),
        (b"emma watson\n" * 12, "line 1: 'emma watson' is not a word"),
        (b"emma.\n" * 12, "line 1: 'emma.' is not a word"),
        (b"a\x00b\n" * 12, r"line 1: 'a\x00b' is not a word"),
        (b"\x1b[31mred\n" * 12, r"line 1: '\x1b[31mred' is not a word"),
        (b"ab1" * 1000, "line 1: 'ab1ab1ab1ab1ab1ab1ab...' is not a word"),
        ("directory", "cannot be read"),
    ],
)
def test_a_bad_list_gets_one_line(content: bytes | str | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    if content == "directory":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    answer = str(ROOT / "solutions" / "exercise1.py")
    done = CliRunner().invoke(main, ["exercise1", "--submission", answer, "--names", str(path)])
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert str(path) in done.stderr
    assert said in done.stderr
