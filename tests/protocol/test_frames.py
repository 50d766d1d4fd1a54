"""Frames: what is packed comes back, and no bytes whatever raise anything but BadMessage."""

import json
import math
import struct
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.protocol.frames import DTYPES, HEADER_CAP, LENGTH, BadMessage, pack, unpack

SHAPES = st.lists(st.integers(0, 4), max_size=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    shape, dtype = draw(SHAPES), draw(st.sampled_from(list(DTYPES.values())))
    whole = torch.arange(math.prod(shape)).reshape(shape).to(dtype)
    if whole.is_floating_point() and whole.numel():
        whole.view(-1)[0] = draw(st.sampled_from([math.nan, math.inf, -0.0, 1e-40]))
    return whole


def bytes_of(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.reshape(-1).view(torch.uint8)


def document_of(frame: bytes) -> bytes:
    """The document in a frame, whose length the reader has taken off."""
    (length,) = LENGTH.unpack_from(frame)
    assert length == len(frame) - LENGTH.size
    return frame[LENGTH.size :]


def raw(header: bytes, data: bytes = b"") -> bytes:
    return LENGTH.pack(len(header)) + header + data


def document_with(entry: Any, data: bytes = b"") -> bytes:
    header = {"__metadata__": {"json": "{}"}, "dprobs": entry}
    return raw(json.dumps(header).encode(), data)


@given(st.dictionaries(st.text(min_size=1, max_size=8), tensors(), max_size=4), JSON)
@settings(max_examples=100, deadline=None)
def test_what_is_packed_comes_back_bit_for_bit(given: dict[str, torch.Tensor], fact: Any) -> None:
    message = unpack(document_of(pack({"fact": fact}, given)))
    assert message.facts == {"fact": fact}
    assert message.tensors.keys() == given.keys()
    for name, tensor in given.items():
        came = message.tensors[name]
        assert (came.dtype, came.shape) == (tensor.dtype, tensor.shape)
        assert torch.equal(bytes_of(came), bytes_of(tensor))  # a NaN's bits, too


def test_views_are_packed_as_what_they_show() -> None:
    base = torch.arange(6.0).reshape(2, 3)
    views = {
        "transposed": base.T,
        "expanded": base[:1].expand(4, 3),
        "strided": base[:, ::2],
        "negated": torch.complex(base, base).conj().imag,
        "scalar": base[0, 1],
        "parameter": torch.nn.Parameter(base),
    }
    came = unpack(document_of(pack({}, views))).tensors
    for name, view in views.items():
        assert torch.equal(came[name], view), name


def test_what_comes_back_shares_nothing_and_can_be_written_to() -> None:
    came = unpack(document_of(pack({}, {"a": torch.ones(2)}))).tensors["a"]
    came += 1
    assert came.tolist() == [2.0, 2.0]


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_random_bytes_are_a_bad_message(document: bytes) -> None:
    with pytest.raises(BadMessage):
        unpack(document)


FRAME = document_of(pack({"raised": None}, {"dprobs": torch.ones(3, 2), "dcounts": torch.ones(2)}))


@given(st.lists(st.tuples(st.integers(0, len(FRAME) - 1), st.integers(0, 255)), max_size=4),
       st.integers(0, len(FRAME)))  # fmt: skip
@settings(max_examples=500, deadline=None)
def test_a_mutated_frame_is_read_or_is_a_bad_message(
    changes: list[tuple[int, int]], end: int
) -> None:
    mutated = bytearray(FRAME)
    for at, value in changes:
        mutated[at] = value
    try:
        message = unpack(bytes(mutated[: end or None]))
    except BadMessage:
        return
    assert isinstance(message.facts, dict)
    assert all(isinstance(tensor, torch.Tensor) for tensor in message.tensors.values())


NUMBERS = st.integers(-2, 70) | st.sampled_from([2**31, 2**53, 2**63 - 1, 2**63, 2**64, 10**30])


@given(
    st.fixed_dictionaries(
        {
            "dtype": st.sampled_from([*DTYPES, "F8_E4M3", "U16", "C64", "F4", "", "f32"]),
            "shape": st.lists(NUMBERS, max_size=5),
            "data_offsets": st.lists(NUMBERS, min_size=2, max_size=2),
        }
    ),
    st.binary(max_size=70),
)
@settings(max_examples=500, deadline=None)
def test_a_made_up_entry_is_read_or_is_a_bad_message(entry: Any, data: bytes) -> None:
    try:
        message = unpack(document_with(entry, data))
    except BadMessage:
        return
    assert message.tensors["dprobs"].nbytes == len(data)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"\x00" * 7,
        b"\xff" * 8,
        struct.pack("<Q", HEADER_CAP + 1) + b" " * (HEADER_CAP + 1),
        raw(b"[" * 100_000),
        raw(b"[]"),
        raw(b"{}"),
        raw(b'{"__metadata__": {"json": "[]"}}'),
        raw(b'{"__metadata__": {"json": "{"}}'),
        raw(b'{"__metadata__": {"json": 1}}'),
        raw(b'{"__metadata__": {"json": "' + b"[" * 100_000 + b'"}}'),
        raw(b"\xff\xfe"),
        document_with({"dtype": "F32", "shape": [2**63, 0], "data_offsets": [0, 0]}),
        document_with({"dtype": "U16", "shape": [1], "data_offsets": [0, 2]}, b"ab"),
        document_with({"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}, b"abcd"),
        document_with({"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}, b"abcdefgh"),
        document_with(None),
    ],
    ids=lambda document: f"{len(document)}-{document[8:30]!r}",
)
def test_a_made_up_document_is_a_bad_message(document: bytes) -> None:
    with pytest.raises(BadMessage):
        unpack(document)
