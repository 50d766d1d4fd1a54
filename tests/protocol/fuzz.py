"""Messages that no honest child sends: for the tests, and by hand.

python -m tests.protocol.fuzz [MESSAGES]     (100,000)
"""

import math
import sys
from typing import Any

import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.protocol.frames import DTYPES, LENGTH, BadMessage, pack, unpack
from grader.protocol.messages import Answer, read_answer
from grader.rows import Row

ROWS = (Row("logits"), Row("probs"))
LAST = 4  # the line count of a submission
NAMES = st.sampled_from(["logits", "probs", "dlogits", "loss", "", "\u202e", "a\nb", "x" * 99])
LINES = st.sampled_from([0, 1, 4, 5, -1, 2**31, 2**63, 10**30, None, True, 1.5, math.nan, "4"])
TEXTS = st.sampled_from(["", "E", "\x1b[31m", "\u202eevil", "\ud800", "\0", "OutOfTime", "a" * 600])
TEXTS |= st.text(max_size=9)
ANY: st.SearchStrategy[Any] = st.recursive(
    LINES | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | TEXTS, inner, max_size=3),
    max_leaves=5,
)
BY_NAME = st.dictionaries(NAMES | TEXTS, LINES, max_size=3)
RAISED = st.fixed_dictionaries(
    {"type": TEXTS, "message": TEXTS, "line": LINES},
    optional={"shapes": st.dictionaries(NAMES, TEXTS, max_size=2), "trace": TEXTS},
)
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "kinds": st.dictionaries(NAMES, TEXTS, max_size=2) | ANY,
        "others": st.lists(NAMES, max_size=3) | ANY,
        "changed": st.lists(NAMES, max_size=3) | ANY,
        "autodiff": st.tuples(LINES, TEXTS) | ANY,
        "raised": RAISED | ANY,
        "unusable": TEXTS | ANY,
        "recorded": BY_NAME | ANY,
        "altered": st.lists(NAMES, max_size=3) | ANY,
        "rebuilt": st.lists(NAMES, max_size=3) | ANY,
        "altered_at": BY_NAME | ANY,
        "changed_at": BY_NAME | ANY,
        "failures": st.dictionaries(st.sampled_from(["1", "0", "9", "-1", "²"]), TEXTS) | ANY,
        "sent": BY_NAME | ANY,
        "idle": st.lists(NAMES, max_size=3) | ANY,
        "nobody": ANY,
    },
)
SHAPES = st.sampled_from([(), (0,), (1,), (2, 3), (32, 27), (1, 32, 27), (27, 32), (1,) * 16,
                          (1,) * 17, (1,) * 70, (0, 2**40), (3,) * 8])  # fmt: skip


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    shape, dtype = draw(SHAPES), draw(st.sampled_from(list(DTYPES.values())))
    filled = draw(st.sampled_from([0.0, 1.0, math.nan, math.inf, 1e38]))
    return torch.full(shape, filled).to(dtype)


MESSAGES = st.tuples(FACTS, st.dictionaries(st.sampled_from(["logits", "probs"]), tensors()))


def read(message: tuple[dict[str, Any], dict[str, torch.Tensor]]) -> Answer | None:
    """As from a child; None of what is refused. Raises nothing."""
    try:
        return read_answer(unpack(pack(*message)[LENGTH.size :]), ROWS, LAST)
    except BadMessage:
        return None


def check(answer: Answer) -> None:
    """What holds of an answer that was read, whatever was sent."""
    lines = [*answer.altered_at.values(), *answer.changed_at.values(), *answer.failures]
    lines += [] if answer.raised is None or answer.raised.line is None else [answer.raised.line]
    assert all(type(line) is int and 0 < line <= LAST for line in lines)
    assert answer.autodiff is None or 0 <= answer.autodiff[0] <= LAST
    named = [*answer.others, *answer.changed, *answer.altered, *answer.rebuilt, *answer.idle]
    named += [*answer.kinds, *answer.sent, *answer.recorded, *answer.changed_at]
    assert all(len(name) <= 80 and name.isprintable() for name in named)
    texts = [*answer.kinds.values(), *answer.failures.values(), answer.unusable or ""]
    if answer.raised is not None:
        texts += [answer.raised.type, answer.raised.message, answer.raised.trace]
        texts += [*answer.raised.shapes, *answer.raised.shapes.values()]
    assert all(text.replace("\n", "").replace("\t", "").isprintable() for text in texts)
    assert all(tensor.dim() <= 16 for tensor in answer.gradients.values())


def main(messages: int) -> None:
    count = {"read": 0, "refused": 0}

    @given(MESSAGES)
    @settings(max_examples=messages, deadline=None, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    def fuzz(message: tuple[dict[str, Any], dict[str, torch.Tensor]]) -> None:
        answer = read(message)
        count["refused" if answer is None else "read"] += 1
        if answer is not None:
            check(answer)

    fuzz()
    print(count)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
