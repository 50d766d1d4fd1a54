"""What a child says is read as records, or refused; it never raises anything else."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.protocol.frames import LENGTH, BadMessage, Message, unpack
from grader.protocol.messages import Answer, Isolation, Raised, Request, Setup, read_answer
from grader.rows import Row

ROWS = (Row("probs"), Row("counts"))

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
    "kinds": {"counts": "builtins.float"},
    "others": ["dprob"],
    "changed": ["probs"],
    "raised": {"type": "E", "message": "m", "line": 3, "shapes": {"h": "(2,)"}, "trace": "t"},
    "unusable": None,
}


@given(FACTS)
@settings(max_examples=300, deadline=None)
def test_any_facts_are_read_or_are_a_bad_message(facts: dict[str, Any]) -> None:
    try:
        answer = read_answer(Message(facts, {}), ROWS)
    except BadMessage:
        return
    assert isinstance(answer, Answer)
    shown = [*answer.others, *answer.changed, answer.unusable or "", *answer.kinds.values()]
    if answer.raised is not None:
        shown += [answer.raised.type, answer.raised.message, answer.raised.trace]
        assert answer.raised.line is None or answer.raised.line > 0
    assert "\x1b" not in "".join(shown)


def test_a_flawless_answer_is_read() -> None:
    answer = read_answer(Message(FLAWLESS, {"probs": torch.ones(2)}), ROWS)
    assert answer.gradients["probs"].tolist() == [1.0, 1.0]
    assert answer.kinds == {"counts": "builtins.float"}
    assert answer.others == ("dprob",)
    assert answer.changed == ("probs",)
    assert answer.raised is not None
    assert (answer.raised.line, answer.raised.shapes) == (3, {"h": "(2,)"})


def test_a_tensor_that_nobody_asked_for_is_refused() -> None:
    with pytest.raises(BadMessage, match="nobody asked"):
        read_answer(Message({}, {"logits": torch.ones(1)}), ROWS)


@pytest.mark.parametrize(
    "change",
    [
        {"kinds": {"logits": "builtins.float"}},
        {"kinds": {"probs": 1}},
        {"kinds": ["probs"]},
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
        read_answer(Message(FLAWLESS | change, {}), ROWS)


def test_texts_are_cut_and_their_control_characters_escaped() -> None:
    facts = {"others": ["d\x1b[2Jprobs" + "x" * 1000] * 500, "unusable": "\x07\u202e" * 1000}
    answer = read_answer(Message(facts, {}), ROWS)
    assert len(answer.others) == 200
    assert answer.others[0].startswith("d\\x1b[2Jprobs")
    assert len(answer.others[0]) < 100
    assert answer.unusable is not None
    assert answer.unusable.startswith("\\x07\\u202e")


def sent(frame: bytes) -> Message:
    return unpack(frame[LENGTH.size :])


def test_a_setup_arrives_as_it_was_sent() -> None:
    rows = (Row("probs"), Row("kaiming_std", is_value=True))
    setup = Setup("x = 1", "answer.py", 2.5, "values", rows, (("y", "x + 1"),))
    assert Setup.read(sent(setup.pack())) == setup


def test_a_request_arrives_as_it_was_sent_with_a_stand_in_beside_the_value_of_its_name() -> None:
    stand_ins = {"probs": torch.ones(3)}
    isolation = Isolation(stand_ins, watch=True, restore=True, late={"probs": 4}, everywhere=True)
    request = Request({"probs": torch.zeros(2)}, {"n": 2, "texts": ["a"]}, True, isolation)
    read = Request.read(sent(request.frame))
    assert read.values["probs"].tolist() == [0.0, 0.0]
    assert (read.numbers, read.float64) == ({"n": 2, "texts": ["a"]}, True)
    assert read.isolation is not None
    assert read.isolation.stand_ins["probs"].tolist() == [1.0, 1.0, 1.0]
    told = {**vars(read.isolation), "stand_ins": None}
    assert told == {**vars(isolation), "stand_ins": None}


def test_an_answer_arrives_as_it_was_sent() -> None:
    answer = Answer(
        {"probs": torch.ones(2)},
        kinds={"counts": "builtins.float"},
        others=("dprob",),
        changed=("logits",),
        autodiff=(3, "requires_grad_"),
        raised=Raised("E", "m", 3, {"h": "(2,)"}, "t"),
        unusable="it is not",
        recorded={"probs": 4},
        altered=("probs",),
        rebuilt=("counts",),
        altered_at={"probs": 5},
        changed_at={"logits": 6},
        failures={7: "ValueError: no"},
        sent={"early": 2},
        idle=("y",),
    )
    read = read_answer(sent(answer.pack()), ROWS)
    assert {**vars(read), "gradients": None} == {**vars(answer), "gradients": None}
    assert read.gradients["probs"].tolist() == [1.0, 1.0]


def test_autograd_seen_outside_the_learners_file_has_line_0() -> None:
    assert read_answer(Message({"autodiff": [0, "x"]}, {}), ROWS).autodiff == (0, "x")
    for line in (-1, True, "3", None, 2.0):
        with pytest.raises(BadMessage):
            read_answer(Message({"autodiff": [line, "x"]}, {}), ROWS)
