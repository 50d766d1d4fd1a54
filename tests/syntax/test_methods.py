"""Where the methods of a learner's classes write what."""

import ast
from textwrap import dedent

import pytest

from grader.syntax.methods import lines_written, methods, plainly_written, unwritten

FILE = dedent(
    """\
    def spread(fan_in):
        std = fan_in**-0.5
        return std

    class Layer:
        def forward(self, x):
            self.x, (self.n, y) = x, (len(x), x * self.gain)
            return y

        def backward(self, dout):
            if dout is None:
                self.dgain = 0.0
            else:
                self.dgain = (dout * self.x).sum(0)
            self.dgain += 1.0
            self.cache[0] = dout
            return dout * self.gain

        def __mul__(self, other):
            out = Layer()

            def _backward():
                self.grad += other.data * out.grad
                other.grad: float = 1.0

            out._backward = _backward
            return out
    """
)


def test_a_target_has_the_line_that_last_writes_it() -> None:
    lines, source = lines_written(ast.parse(FILE)), FILE.split("\n")
    shown = {at: source[line - 1].strip() for at, line in lines.items() if ":" in at}
    assert shown == {
        "spread():std": "std = fan_in**-0.5",
        "spread():return": "std = fan_in**-0.5",  # what made the name that is returned
        "Layer.forward:self.x": "self.x, (self.n, y) = x, (len(x), x * self.gain)",
        "Layer.forward:self.n": "self.x, (self.n, y) = x, (len(x), x * self.gain)",
        "Layer.forward:y": "self.x, (self.n, y) = x, (len(x), x * self.gain)",
        "Layer.forward:return": "self.x, (self.n, y) = x, (len(x), x * self.gain)",
        "Layer.backward:self.dgain": "self.dgain += 1.0",
        "Layer.backward:self.cache": "self.cache[0] = dout",
        "Layer.backward:return": "return dout * self.gain",
        "Layer.__mul__:out": "out = Layer()",
        "Layer.__mul__:out._backward": "out._backward = _backward",
        "Layer.__mul__:return": "out = Layer()",
        "Layer.__mul__._backward:self.grad": "self.grad += other.data * out.grad",
        "Layer.__mul__._backward:other.grad": "other.grad: float = 1.0",
    }


def test_a_method_has_a_line_of_its_own() -> None:
    lines, source = lines_written(ast.parse(FILE)), FILE.split("\n")
    found = {
        name: source[line - 1].split("(")[0] for name, line in lines.items() if ":" not in name
    }
    assert found == {
        "spread()": "def spread",
        "Layer.forward": "    def forward",
        "Layer.backward": "    def backward",
        "Layer.__mul__": "    def __mul__",
        "Layer.__mul__._backward": "        def _backward",
    }
    assert [name for name, _ in methods(ast.parse(FILE))] == list(found)


@pytest.mark.parametrize(
    ("body", "nothing"),
    [
        ("pass", True),
        ("...", True),
        ("'''What it does.'''", True),
        ("raise NotImplementedError", True),
        ("return None", True),
        ("return", True),
        ("self.dgain = None", True),
        ("dx = None\n        return dx", True),
        ("dx = 0.0\n        return dx", False),
        ("return x", False),
        ("self.dgain = 0.0", False),
        ("raise ValueError", False),
        ("print(x)", False),
    ],
)
def test_a_method_with_nothing_in_it_is_not_written_yet(body: str, nothing: bool) -> None:
    tree = ast.parse(f"class Layer:\n    def backward(self, x):\n        {body}\n")
    assert unwritten(tree) == ({"Layer.backward"} if nothing else frozenset())


def test_what_a_method_plainly_writes_is_all_that_it_does() -> None:
    tree = ast.parse(
        dedent(
            """\
            class Value:
                def plain(self, out):
                    local = out.grad * 2
                    self.grad += local

                def branches(self, out):
                    if out:
                        self.grad += out.grad

                def through_another_name(self, out):
                    me = self
                    me.grad += out.grad

                def calls(self, out):
                    add(self, out.grad)
            """
        )
    )
    assert plainly_written(tree) == {"Value.plain": {"local", "self.grad"}}
