"""Text that a submission controls, in every field there is, in every view of a report.

Nothing of it moves a cursor, changes a colour, turns text round, is markup, or stands where only
the grader's own words stand.
"""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.course.exercise import load_exercise
from grader.errors import one_line, printable
from grader.render.html import report_page
from tests.grading import grading

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
FORGED = "exercise2: passed, 1 of 1"
HOSTILE = {
    "escape": "\x1b[2J\x1b]0;owned\x07",
    "eight bit": "\x9b31m\x90q\x9c",
    "return": f"\r{FORGED}",
    "new line": f"\n{FORGED}",
    "other line ends": f"\x0b\x0c\x1c\x1d\x85\u2028\u2029{FORGED}",
    "right to left": "\u202e1 fo 1\u202c\u2066\u2069\u200f\u061c",
    "invisible": "\u200b\u200d\u2060\ufeff\u00ad\U000e0041",
    "accents": "a" + "\u0301" * 99,
    "backspace": "wrong\b\b\b\b\bright\x7f",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>'\"&amp;",
    "rich": "[bold red]passed[/bold red][link=http://x]x[/link]",
    "xml": "]]><failure/>&#27;<!ENTITY x \"y\">",
    "surrogate": "\udcff\ud800",
}  # fmt: skip
# Python text in which {0} is a hostile text's literal.
FIELDS = {
    "printed": "print({0}); dlogits = logits",
    "printed to stderr": "import sys; sys.stderr.write({0}); dlogits = logits",
    "a message": "raise ValueError({0})",
    "the name of an exception": "raise type({0}.replace(chr(0), ''), (Exception,), {{}})('x')",
    "a note": "error = ValueError('x'); error.add_note({0}); raise error",
    "a key": "return {{{0}: logits, 'dlogit' + {0}: logits}}",
    "a kind": "dlogits = type({0}.replace(chr(0), ''), (), {{}})()",
    "a module": "C = type('C', (), {{'__module__': {0}}}); dlogits = C()",
    "a name error": "raise NameError('x', name={0})",
    "the name of a function": "f = lambda: 1 / 0; f.__code__ = f.__code__.replace(co_name={0}, "
    "co_filename={0}); f()",
}  # fmt: skip


def source_of(field: str, text: str) -> str:
    body = FIELDS[field].format(ascii(text))
    return f"import torch\ndef backward(n, logits):\n    {body}\n    return locals()\n"


def literal(text: str) -> bytes:
    """As it is in a source, not escaped."""
    body = f"def backward(n, logits):\n    dlogits = '{text}' = 3\n    return locals()\n"
    return body.encode("utf-8", errors="surrogatepass")


def check_shown(said: str) -> None:
    """On a terminal."""
    for line in said.split("\n"):
        assert line.isprintable(), ascii(line)
        assert not re.search("\u0301{3}", line)
        assert not line.startswith(FORGED), line


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found = set[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)


def check_files(folder: Path) -> None:
    text = (folder / "out.json").read_text("utf-8")
    assert text.isascii()
    json.loads(text)
    for name in ("out.xml", "pytest.json"):
        content = (folder / name).read_text("utf-8")
        for line in content.split("\n"):
            assert line.isprintable(), ascii(line)
    tree = ElementTree.parse(folder / "out.xml")
    assert len(list(tree.iter("testcase"))) in (1, 2)
    assert {case.get("name") for case in tree.iter("testcase")} <= {"backward", "dlogits"}


OUTPUTS = ("--json", "out.json", "--junit", "out.xml", "--json-report", "pytest.json")


@pytest.mark.parametrize("field", [*FIELDS, "the text of a line"])
def test_no_field_reaches_a_view_but_escaped(
    field: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    exercise = load_exercise("exercise2")
    everything = "".join(text for name, text in HOSTILE.items() if name != "surrogate")
    texts = [*HOSTILE.values(), everything] if field == "printed" else [everything]
    with grading() as grade_file:
        for text in texts:
            path = tmp_path / "answer.py"
            whole = literal(text) if field == "the text of a line" else source_of(field, text)
            path.write_bytes(whole if isinstance(whole, bytes) else whole.encode())
            report = grade_file("exercise2", path)
            page, tags = report_page(report, exercise), Tags()
            tags.feed(page)
            assert not tags.found & {"script", "img", "failure", "link"}
            assert all(line.isprintable() for line in page.split("\n"))
    for options in ((), ("--trace",)):
        done = CliRunner().invoke(
            main, ["exercise2", "--submission", "answer.py", *OUTPUTS, *options]
        )
        assert done.exit_code == 1, done.output
        check_shown(done.stdout)
        check_shown(done.stderr)
        flat = re.sub(r"\s", "", done.stdout)
        assert ("[boldred]" in flat) == ("[/boldred]" in flat)  # as text, not as a style
        check_files(tmp_path)


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("there", [True, False])
def test_no_file_name_does(
    what: str, there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = HOSTILE[what].replace("/", "")[:60] + ".py"
    try:
        path = tmp_path / name
        path.write_text("def backward(n, logits):\n    raise ValueError\n")
    except (OSError, UnicodeEncodeError):
        pytest.skip("no file can be called so here")
    if not there:
        path.unlink()
    for words in (["exercise2", "--submission", name], ["exercise2", name], [name]):
        done = CliRunner().invoke(main, [*words, *OUTPUTS])
        assert done.exit_code in (1, 2), done.output
        check_shown(done.stdout)
        check_shown(done.stderr)
    if there:
        check_files(tmp_path)


def test_ordinary_words_of_any_language_stay_as_they_are() -> None:
    for text in ("naïve café", "Größe", "размер", "大きさ", "حجم", "e\u0301te\u0301", "∂L/∂x"):
        assert printable(text, 100) == text
    assert one_line("a\nb\tc") == "a\\nb\\tc"


def test_no_students_name_does_in_what_a_class_is_given(tmp_path: Path) -> None:
    """The folder that a student hands in is a name of their choice."""
    handed_in, out = tmp_path / "handed in", tmp_path / "out"
    for at, text in enumerate(text for name, text in HOSTILE.items() if name != "surrogate"):
        folder = handed_in / (f"{at} " + text.replace("/", "")[:60])
        folder.mkdir(parents=True)
        (folder / "exercise2.py").write_text("def backward(n, logits):\n    raise ValueError\n")
    words = ["class", str(handed_in), "--exercise", "exercise2", "--out", str(out), "--jobs", "1"]
    done = CliRunner().invoke(main, words)
    check_shown(done.output)
    assert done.exit_code == 0, done.output
    pages = [*out.rglob("*.html"), *out.rglob("*.csv")]
    assert len(pages) > len(HOSTILE)
    for path in pages:
        text = path.read_text("utf-8")
        for line in text.split("\n"):
            assert line.isprintable(), (path.name, ascii(line))
        if path.suffix == ".html":
            tags = Tags()
            tags.feed(text)
            assert not tags.found & {"img", "failure"}
            assert "<script>alert" not in text
