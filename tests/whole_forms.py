"""The worked answer of exercise1 as a whole in other forms: where gradients are kept, what is
around the lines, in which order they stand."""

import re
import textwrap
from collections.abc import Callable

from tests.worked import worked

SOURCE = worked("exercise1")
BODY = SOURCE[SOURCE.index("    # The mean") : SOURCE.index("    return locals()")]
HEAD = SOURCE[: SOURCE.index("    # The mean")]
PARAMETERS = " ".join(HEAD[HEAD.index("backward(") + 9 : HEAD.rindex("):")].split())
END = "    return locals()\n"
NAMES = tuple(dict.fromkeys(re.findall(r"^ +d(\w+)(?:\[.*\])? \+?= ", BODY, re.MULTILINE)))


def kept(pattern: str, body: str) -> str:
    """The body with every gradient dX kept as `pattern` % X."""
    found = "|".join(sorted(NAMES, key=len, reverse=True))
    return re.sub(rf"(?<![\w.'])d({found})\b", lambda match: pattern % match.group(1), body)


def inside(line: str, body: str, after: str = "") -> str:
    return HEAD + f"    {line}\n" + textwrap.indent(body, "    ") + after + END


def entries(pattern: str) -> str:
    return ", ".join(pattern.replace("X", name) for name in NAMES)


def _namespace(body: str) -> str:
    made = "class Namespace:\n    pass\n\n\ndef backward"
    start = HEAD.replace("def backward", made) + "    g = Namespace()\n"
    return start + kept("g.d%s", body) + "    return vars(g)\n"


def _attributes(body: str) -> str:
    made = "class Gradients:\n    pass\n\n\ndef backward"
    ends = "    return {" + entries('"dX": g.dX') + "}\n"
    return HEAD.replace("def backward", made) + "    g = Gradients()\n" + kept("g.d%s", body) + ends


def _delegated(body: str) -> str:
    entry = f"\n\ndef backward({PARAMETERS}):\n    return work({PARAMETERS})\n"
    return HEAD.replace("backward", "work") + body + END + entry


def _nested(body: str) -> str:
    inner = textwrap.indent(body + END, "    ")
    return HEAD + "    def inner():\n" + inner + "    return inner()\n"


# Here a line can be judged on its own.
Form = Callable[[str], str]
SEEN_THROUGH: dict[str, Form] = {
    "as it is": lambda body: HEAD + body + END,
    "a dict": lambda body: HEAD + "    g = {}\n" + kept("g['d%s']", body) + "    return g\n",
    "a namespace": _namespace,
    "attributes": _attributes,
    "names given away at the end": lambda body: (
        HEAD + kept("grad_%s", body) + "    return dict(" + entries("dX=grad_X") + ")\n"
    ),
    "another function": _delegated,
    "a nested function": _nested,
    "with": lambda body: inside("with torch.no_grad():", body),
    "match": lambda body: inside("match n:\n        case _:", textwrap.indent(body, "    ")),
    "try": lambda body: inside("try:", body, "    finally:\n        pass\n"),
}

# Here it cannot, or not everywhere, and the report says so.
IN_CHAIN: dict[str, Form] = {
    "a loop": lambda body: inside("for _ in range(1):", body),
    "a loop left by break": lambda body: inside("while True:", body, "        break\n"),
    "a dict of the values' names": lambda body: (
        HEAD + "    g = {}\n" + kept("g['%s']", body)
        + "    return {'d' + name: value for name, value in g.items()}\n"
    ),
    "a scale undone in the return": lambda body: (
        HEAD + body.replace("= -1.0 / n", "= -1.0") + "    g = dict(locals())\n"
        "    return {k: v / n for k, v in g.items() if k[0] == 'd' and torch.is_tensor(v)}\n"
    ),
    "a scale undone in place": lambda body: (
        HEAD + body.replace("= -1.0 / n", "= -1.0").replace("emb.shape)", "emb.shape).clone()")
        + "".join(f"    d{name} /= n\n" for name in NAMES) + END
    ),
}  # fmt: skip
