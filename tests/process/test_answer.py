"""What a child says is read as records, or refused; it never raises anything else."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.process.answer import Answer, read_answer
from grader.protocol import BadMessage, Message

WANTED = ("dprobs", "dcounts")

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 10**12)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["dprobs", "OutOfTime", "\x1b[31m"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
RAISED = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("type", "message", "line", "shapes", "trace"), VALUES),
)
FACTS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("kinds", "others", "changed", "unusable", "asks"), VALUES)
    | {"raised": RAISED | VALUES},
)
FLAWLESS: dict[str, Any] = {
    "kinds": {"dcounts": "builtins.float"},
    "others": ["dprob"],
    "changed": ["probs"],
    "raised": {"type": "E", "message": "m", "line": 3, "shapes": {"h": "(2,)"}, "trace": "t"},
    "unusable": None,
}


@given(FACTS)
@settings(max_examples=1000, deadline=None)
def test_any_facts_are_read_or_are_a_bad_message(facts: dict[str, Any]) -> None:
    try:
        answer = read_answer(Message(facts, {}), WANTED)
    except BadMessage:
        return
    assert isinstance(answer, Answer)
    shown = [*answer.others, *answer.changed, answer.unusable or "", *answer.kinds.values()]
    if answer.raised is not None:
        shown += [answer.raised.type, answer.raised.message, answer.raised.trace]
        assert answer.raised.line is None or answer.raised.line > 0
    assert "\x1b" not in "".join(shown)


def test_a_flawless_answer_is_read() -> None:
    answer = read_answer(Message(FLAWLESS, {"dprobs": torch.ones(2)}), WANTED)
    assert answer.gradients["probs"].tolist() == [1.0, 1.0]
    assert answer.kinds == {"counts": "builtins.float"}
    assert answer.others == ("dprob",)
    assert answer.changed == ("probs",)
    assert answer.raised is not None
    assert (answer.raised.line, answer.raised.shapes) == (3, {"h": "(2,)"})


def test_a_tensor_that_nobody_asked_for_is_refused() -> None:
    with pytest.raises(BadMessage, match="nobody asked"):
        read_answer(Message({}, {"dlogits": torch.ones(1)}), WANTED)


@pytest.mark.parametrize(
    "change",
    [
        {"kinds": {"dlogits": "builtins.float"}},
        {"kinds": {"dprobs": 1}},
        {"kinds": ["dprobs"]},
        {"others": "dprob"},
        {"others": [1]},
        {"changed": {"probs": 1}},
        {"unusable": 3},
        {"raised": "ValueError"},
        {"raised": {"type": "E"}},
        *(
            {"raised": FLAWLESS["raised"] | {name: value}}
            for name, value in (
                ("type", 1), ("message", None), ("line", "3"), ("line", True), ("line", 0),
                ("line", -4), ("line", 10**9), ("line", 1.5), ("shapes", ["h"]),
                ("shapes", {"h": 2}), ("trace", None),
            )
        ),
    ],
    ids=repr,
)  # fmt: skip
def test_one_false_fact_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadMessage):
        read_answer(Message(FLAWLESS | change, {}), WANTED)


def test_texts_are_cut_and_their_control_characters_escaped() -> None:
    facts = {"others": ["d\x1b[2Jprobs" + "x" * 1000] * 500, "unusable": "\x07\u202e" * 1000}
    answer = read_answer(Message(facts, {}), WANTED)
    assert len(answer.others) == 200
    assert answer.others[0].startswith("d\\x1b[2Jprobs")
    assert len(answer.others[0]) < 100
    assert answer.unusable is not None
    assert answer.unusable.startswith("\\x07\\u202e")
