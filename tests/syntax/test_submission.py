"""A submission as text: where its gradients are written, and why it cannot be read."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import UsageProblem
from grader.syntax.submission import MAX_BYTES, Submission, read_submission


def read(folder: Path, content: str | bytes, name: str = "answer.py") -> Submission:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_submission(path)


BODY = "def backward(probs):\n{}\n    return locals()\n"

WRITTEN = {
    "an assignment": ("    dprobs = 1", 2),
    "the last of two": ("    dprobs = 1\n    dprobs = 2", 3),
    "in place": ("    dprobs = 1\n    dprobs += 2", 3),
    "at an index": ("    dprobs = 1\n    dprobs[0, 1] = 2", 3),
    "by a method": ("    dprobs = 1\n    dprobs.add_(2)", 3),
    "in a tuple": ("    a, (dprobs, *b) = 1, (2, 3)", 2),
    "with its type": ("    dprobs: int = 1", 2),
    "by a walrus": ("    if (dprobs := 1): pass", 2),
    "in a loop": ("    for i in 1, 2:\n        dprobs = i", 3),
    "in a dict": ("    a = 1\n    return {'dprobs': a + 1}", 3),
    "under another name": ("    a = 1\n    return {'dprobs': a}", 2),
    "out=": ("    dprobs = 1\n    torch.mul(a, 2, out=dprobs)", 3),
    "by a loop": ("    for dprobs in (1, 2):\n        pass", 2),
    "by with": ("    with open(a) as dprobs:\n        pass", 2),
    "by a method of a part": ("    dprobs = 1\n    dprobs.view(-1)[0].add_(2)", 3),
    "at an attribute": ("    g.dprobs = 1", 2),
    "in a dict, by name": ("    dprobs = 1\n    return {'dprobs': dprobs}", 2),
    "in a function inside, for this one": (
        "    dprobs = None\n    def f():\n        nonlocal dprobs\n        dprobs = 1\n    f()",
        5,
    ),
    "at a key": ("    g = {}\n    g['dprobs'] = 1", 3),
    "in a function inside": ("    def f():\n        dprobs = 1\n        return dprobs", 3),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_the_line_that_last_writes_a_gradient(how: str, tmp_path: Path) -> None:
    body, line = WRITTEN[how]
    found = read(tmp_path, BODY.format(body))
    assert found.problem is None
    assert found.lines["dprobs"] == line
    assert "dprobs" in found.attempted


def test_none_is_no_attempt(tmp_path: Path) -> None:
    found = read(tmp_path, BODY.format("    dprobs = None\n    dcounts = None\n    dcounts = 1"))
    assert found.attempted == {"dcounts"}
    assert found.lines == {"dprobs": 2, "dcounts": 4}


def test_backward_goes_before_other_functions(tmp_path: Path) -> None:
    other = "def other():\n    dprobs = 1\n    dcounts = 2\n"
    found = read(tmp_path, BODY.format("    dprobs = None") + other)
    assert found.lines["dprobs"] == 2
    assert found.lines["dcounts"] == 6
    assert found.attempted == {"dcounts"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(end: str, tmp_path: Path) -> None:
    text = BODY.format("    dprobs = 1").replace("\n", end)
    found = read(tmp_path, b"\xef\xbb\xbf" + text.encode())
    assert found.problem is None
    assert found.lines == {"dprobs": 2}
    assert "\r" not in found.source


PROBLEMS = {
    "syntax": ("x = 1\ndprobs = (1.0 / probs\n", "line 2: syntax error, '(' was never closed: dp"),
    "indentation": ("def backward():\nx = 1\n", "line 2: syntax error, expected an indented block"),
    "a return outside": ("x = 1\nreturn x\n", "line 2: syntax error, 'return' outside function"),
    "a name twice": ("def f(n, n):\n    pass\n", "line 1: syntax error, duplicate argument 'n'"),
    "an escape sequence": ("x = \x1b[31m\n", "invalid non-printable character U+001B"),
    "NUL": ("x = 1\0\n", "null bytes"),
    "nested too deeply": ("x = " + "-" * 100_000 + "1\n", "nested too deeply"),
    "a long sum": ("x = " + "1+" * 40_000 + "1\n", "nested too deeply"),
    "many brackets": ("x = " + "(" * 1000 + "\n", "too many nested parentheses"),
    "Latin-1": ("x = 'é'\n".encode("latin-1"), "not UTF-8 text (byte 5); save the file as UTF-8."),
    "a PDF": (b"%PDF-1.4\n", "answer.py: a PDF, whatever its name says."),
    "a zip": (b"PK\3\4\x14\0", "answer.py: a zip or a Word document, whatever its name says."),
    "UTF-16": ("x = 1\n".encode("utf-16"), "not UTF-8 text (byte 0)"),
    "too much": ("x = 1\n" * 5_000, "more than 20,000 names, numbers and operations"),
    "too large": (b"#" * (MAX_BYTES + 1), "larger than 200,000 bytes"),
}  # fmt: skip


@pytest.mark.parametrize("what", PROBLEMS)
def test_what_cannot_be_graded_says_why_on_one_line(what: str, tmp_path: Path) -> None:
    content, said = PROBLEMS[what]
    found = read(tmp_path, content)
    assert found.problem is not None
    assert found.problem.startswith(str(tmp_path / "answer.py"))
    assert said in found.problem
    assert found.problem.replace(str(tmp_path), "").isprintable()
    assert found.source == ""


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("missing.py", "missing.py: no such file."),
        ("missing/answer.py", "answer.py: no such file."),
        (".", "a directory; --submission takes one file."),
        ("x" * 300 + ".py", "cannot be read (File name too long)."),
        ("file.py/answer.py", "cannot be read (Not a directory)."),
    ],
)
def test_no_such_file_is_a_usage_problem(path: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "file.py").write_text("")
    with pytest.raises(UsageProblem) as raised:
        read_submission(tmp_path / path)
    assert said in str(raised.value)
    assert raised.value.exit_code == 2


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, b"#" * MAX_BYTES).problem is None


@given(
    st.text(max_size=60) | st.from_regex(r"(def backward\(.*\):\n )?[a-z(){}\[\]=:*@\n 1]{0,40}")
)
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_or_has_a_problem(tmp_path_factory: Any, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.py"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    found = read_submission(path)
    assert found.problem is None or found.problem.replace(str(path), "").isprintable()
