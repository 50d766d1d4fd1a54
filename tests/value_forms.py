"""Right engines in other forms than the worked answer's: each has to pass."""

from pathlib import Path

from tests.worked import rewritten, worked

ORDER = worked("warmup2")[worked("warmup2").index("        # A Value is put down after all") :]

GOLDEN = Path(__file__).parent / "golden" / "values"


def golden(name: str) -> str:
    return (GOLDEN / f"{name}.py").read_text(encoding="utf-8")


def with_order(text: str) -> str:
    """The worked answer with another body of backward()."""
    return rewritten("warmup2", (ORDER, text))


FORMS = {
    "the lecture's own": golden("micrograd"),
    "a table of derivatives": golden("table"),
    "without recursion": with_order("""\
        ordered, seen, pending = [], set(), [(self, False)]
        while pending:
            value, ready = pending.pop()
            if ready:
                ordered.append(value)
            elif value not in seen:
                seen.add(value)
                pending.append((value, True))
                pending += [(part, False) for part in value._prev]
        self.grad = 1.0
        for value in ordered[::-1]:
            value._backward()
"""),
    "by counting the uses": with_order("""\
        uses, pending = {self: 0}, [self]
        while pending:
            for part in pending.pop()._prev:
                if part not in uses:
                    uses[part] = 0
                    pending.append(part)
                uses[part] += 1
        self.grad, ready = 1, [self]
        while ready:
            value = ready.pop()
            value._backward()
            for part in value._prev:
                uses[part] -= 1
                if not uses[part]:
                    ready.append(part)
"""),
    "by the time they were made": rewritten(
        "warmup2",
        ("        self.data = data\n", "        self.data, self.at = data, next(clock)\n"),
        ("import math\n", "import math\nfrom itertools import count\n\nclock = count()\n"),
        (
            ORDER,
            """\
        below, pending = {self}, [self]
        while pending:
            fresh = pending.pop()._prev - below
            below |= fresh
            pending += fresh
        self.grad = 1.0
        for value in sorted(below, key=lambda value: -value.at):
            value._backward()
""",
        ),
    ),
    "grads cleared first": rewritten(
        "warmup2",
        ("        self.grad = 1.0\n        for", "        for value in ordered:\n"
         "            value.grad = 0\n        self.grad = 1\n        for"),
    ),
    "no += but a sum": worked("warmup2")
    .replace("self.grad += ", "self.grad = self.grad + ")
    .replace("other.grad += ", "other.grad = other.grad + "),
    "other names": worked("warmup2")
    .replace("def _backward():", "def send_back():")
    .replace("out._backward = _backward", "out._backward = send_back"),
    "a method that adds": rewritten(
        "warmup2",
        (
            "            # += and not =: in a + a both are the same Value, and each use counts.\n"
            "            self.grad += out.grad\n            other.grad += out.grad\n",
            "            for part in (self, other):\n                part.receive(out.grad)\n",
        ),
        ("    def __neg__", "    def receive(self, amount):\n        self.grad += amount\n\n"
         "    def __neg__"),
    ),
    "a lambda": rewritten(
        "warmup2",
        (
            "        def _backward():\n            # exp is its own derivative, and out holds it "
            "already.\n            self.grad += out.data * out.grad\n\n"
            "        out._backward = _backward\n",
            "        out._backward = lambda: setattr(\n"
            "            self, 'grad', self.grad + out.data * out.grad)\n",
        ),
    ),
    "a dataclass": rewritten(
        "warmup2",
        ("import math\n", "import math\nfrom dataclasses import dataclass, field\n"
         "from typing import Any\n"),
        ("class Value:\n", "@dataclass(eq=False)\nclass Value:\n"),
        (
            """\
    def __init__(self, data, _children=(), _op=""):
        self.data = data
        self.grad = 0.0
        self._prev = set(_children)  # a + a has one
        self._op = _op
        self._backward = lambda: None  # a leaf has nothing to pass on to
""",
            """\
    data: float
    _prev: tuple = ()
    _op: str = ""
    grad: float = 0.0
    _backward: Any = field(default=lambda: None, repr=False)
""",
        ),
    ),
    "slots": rewritten(
        "warmup2",
        ("    def __init__", '    __slots__ = ("data", "grad", "_prev", "_op", "_backward")\n\n'
         "    def __init__"),
    ),
    "numbers that are tensors": rewritten(
        "warmup2",
        ("import math\n", "import math\n\nimport torch\n"),
        ("        self.data = data\n",
         "        self.data = torch.as_tensor(data, dtype=torch.float64)\n"),
    ),
    "minus by itself": rewritten(
        "warmup2",
        (
            "        return self * -1\n",
            "        out = Value(-self.data, (self,), 'neg')\n\n"
            "        def _backward():\n            self.grad -= out.grad\n\n"
            "        out._backward = _backward\n        return out\n",
        ),
    ),
}  # fmt: skip
