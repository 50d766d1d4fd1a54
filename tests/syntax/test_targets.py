"""What statements read and write."""

import ast
from textwrap import dedent

import pytest

from grader.syntax.targets import Target, reads, writes

WRITES = {
    "a = b": {("a", "assigned", True)},
    "a = b = c": {("a", "assigned", True), ("b", "assigned", True)},
    "a, (b, *c) = d": {("a", "assigned", True), ("b", "assigned", True), ("c", "assigned", True)},
    "a: int": set(),
    "a: int = 1": {("a", "assigned", True)},
    "a += 1": {("a", "augmented", True)},
    "a[0] = 1": {("a", "assigned", False)},
    "a[i, j] += 1": {("a", "augmented", False)},
    "a['k'] = 1": {("a['k']", "assigned", True)},
    "a['k'][0] = 1": {("a['k']", "assigned", False)},
    "a.k = 1": {("a.k", "assigned", True)},
    "a.k[0] = 1": {("a.k", "assigned", False)},
    "a.k.m = 1": {("a.k", "assigned", False)},
    "f(a).k = 1": set(),
    "print(a := 1)": {("a", "assigned", True)},
    "a.add_(1)": {("a", "in place", False), ("a", "in passing", False)},
    "a.view(-1)[0].add_(1)": {("a", "in place", False), ("a", "in passing", False),
                              ("a", "called", False)},
    "_ = a.add_(1)": {("a", "in place", False), ("a", "in passing", False)},
    "b = a.add_(1)": {("b", "assigned", True), ("a", "in passing", False)},
    "a.append(1)": {("a", "called", False)},
    "b = a.append(1)": {("b", "assigned", True)},
    "f.mul(x, y, out=a)": {("a", "out", True), ("f", "called", False)},
    "b = mul(x, y, out=a[0])": {("b", "assigned", True), ("a", "out", False)},
    "mul(x, y, out=(a, b))": {("a", "out", True), ("b", "out", True)},
    "for a, b in c:\n    d = 1": {("a", "loop", True), ("b", "loop", True),
                                  ("d", "assigned", True)},
    "with c() as a, d() as b.k:\n    pass": {("a", "with", True), ("b.k", "with", True)},
    "del a, b[0]": {("a", "deleted", True), ("b", "deleted", False)},
    "import a.b, c as d": {("a", "bound", True), ("d", "bound", True)},
    "from a import b as c": {("c", "bound", True)},
    "def f(a):\n    b = 1": {("f", "bound", True)},
    "def f():\n    global a\n    a += 1": {("f", "bound", True), ("a", "global", False)},
    "class A:\n    b = 1": {("A", "bound", True)},
    "try:\n    pass\nexcept E as a:\n    b = 1": {("a", "bound", True), ("b", "assigned", True)},
    "match x:\n    case [a, *b]:\n        c = 1": {("a", "bound", True), ("b", "bound", True),
                                                   ("c", "assigned", True)},
    "a = [b for b in c]": {("a", "assigned", True)},
    "a = lambda b: (c := b)": {("a", "assigned", True)},
}  # fmt: skip


@pytest.mark.parametrize("source", WRITES)
def test_what_a_statement_writes(source: str) -> None:
    found = {(str(write.target), write.how, write.whole) for write in writes(ast.parse(source))}
    assert found == WRITES[source]


READS = {
    "a = b": {"b"},
    "a += b": {"a", "b"},
    "a[i] = b": {"a", "i", "b"},
    "a.k = b": {"a", "b"},
    "del a": {"a"},
    "a.add_(b)": {"a", "b"},
    "f(b, out=a)": {"f", "b", "a"},
    "a = b\nc = a": {"b"},
    "a = [b + c for b in d if b]": {"c", "d"},
    "a = {k: v for k, vs in d for v in vs}": {"d"},
    "a = lambda b, c=d: b + c + e": {"d", "e"},
    "for i in a:\n    b = i\n    c += b": {"a", "c"},
    "for i in a:\n    b[i] = 1\nelse:\n    i": {"a", "b", "i"},
    "if a:\n    b = 1\nc = b": {"a", "b"},
    "if a:\n    b = 1\nelse:\n    b = 2\nc = b": {"a"},
    "while a:\n    a -= 1": {"a"},
    "with f() as g:\n    a = g": {"f"},
    "try:\n    a = b\nexcept E as e:\n    print(e, c)\nd = a": {"b", "E", "print", "c", "a"},
    "if (a := b):\n    c = a": {"b"},
    "match x:\n    case [a, b] if a > c:\n        d = a": {"x", "c"},
    "def f(a, b=c):\n    d = a\n    return d + e": {"c", "e"},
    "def f():\n    global a\n    a += 1": {"a"},
    "def f():\n    a = 1\n    def g():\n        return a + b\n    return g": {"b"},
    "def f():\n    a = 1\n    def g():\n        nonlocal a\n        a = b": {"b"},
    "class A(B):\n    c = d\n    e = c\n    def f(self):\n        return g + c": {
        "B",
        "d",
        "g",
        "c",
    },
    "import a\nb = a.c": set(),
}


@pytest.mark.parametrize("source", READS)
def test_what_has_to_be_there_before(source: str) -> None:
    assert reads(*ast.parse(source).body) == READS[source]


def test_a_slice_can_stand_on_it() -> None:
    """The statements that write a name, with everything that these read, transitively."""
    body = ast.parse(
        dedent(
            """\
            import torch
            words = open('names.txt').read()
            def scaled(x):
                return x * factor
            factor = 2
            lossi = []
            for i in range(200):
                lossi.append(i)
            probs = torch.ones(3)
            dprobs = torch.zeros_like(probs)
            dprobs[0] = scaled(1)
            print(lossi)
            """
        )
    ).body
    wanted, kept = {"dprobs"}, list[ast.stmt]()
    # Once more after each that is added: what a function needs may be written below it.
    while new := [
        statement
        for statement in body
        if statement not in kept and wanted & {w.target.variable for w in writes(statement)}
    ]:
        kept += new
        wanted |= reads(*new)
    assert sorted(statement.lineno for statement in kept) == [1, 3, 5, 9, 10, 11]
    assert Target("dprobs") in {write.target for write in writes(*kept)}
