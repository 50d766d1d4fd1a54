"""Random and mutated messages: read, or refused with BadMessage, in little memory.

More of them by hand: tests/protocol/fuzz.py.
"""

import json
import random
import tracemalloc

import torch

from grader.protocol.frames import LENGTH, BadMessage, pack, unpack
from grader.protocol.messages import read_answer
from grader.rows import Row

MESSAGES = 10_000
SMALL = 4_000_000  # bytes: far below the cap of an answer, far above what these need
ROWS = (Row("counts"), Row("probs"))
NUMBERS = (0, 1, 7, 255, 2**16, 2**31, 2**32 - 1, 2**53, 2**63 - 1, 2**64 - 1)
WORDS = (b"F32", b"F64", b"I64", b"BOOL", b"F8_E4M3", b"-1", b"null", b"[]", b"{}", b"1e308", b'"')


def seeds() -> list[bytes]:
    raised = {"type": "ValueError", "message": "no", "line": 3, "shapes": {}, "trace": ""}
    frames = (
        ({"kinds": {}, "others": []}, {"counts": torch.ones(3, 2), "probs": torch.zeros(4)}),
        ({"raised": raised, "changed": ["probs"], "altered_at": {"probs": 4}}, {}),
        ({"autodiff": [3, "x"], "failures": {"4": "E"}}, {"counts": torch.ones(()).double()}),
        ({}, {"probs": torch.empty(0, 5)}),
    )  # fmt: skip
    return [pack(facts, tensors)[LENGTH.size :] for facts, tensors in frames]


def mutated(document: bytes, rng: random.Random) -> bytes:
    data = bytearray(document)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(7):
            case 0:
                data[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                del data[at : at + rng.randint(1, 9)]
            case 2:
                data[at:at] = rng.choice(WORDS)
            case 3:
                data[at:at] = str(rng.choice(NUMBERS)).encode()
            case 4:
                data[:8] = LENGTH.pack(rng.choice(NUMBERS))
            case 5:
                start = rng.randrange(len(data) + 1)
                data[at:at] = data[start : start + rng.randint(1, 40)]
            case 6:
                data[at : at + 1] = b"0123456789"[rng.randrange(10) :][:1]
    if rng.random() < 0.5:  # most mutations move the header's end: say where it is now
        end = data.find(b"}}", 8)
        data[:8] = LENGTH.pack(max(0, end - 6) if end > 0 else len(data))
    return bytes(data)


def made_up(rng: random.Random) -> bytes:
    """A header that could be one, with offsets, shapes and dtypes that do not fit."""
    entries = {
        rng.choice((*(row.name for row in ROWS), "dx", "")): {
            "dtype": rng.choice(("F32", "F64", "I8", "BOOL", "F4", 3)),
            "shape": [rng.choice((0, 1, 2, *NUMBERS)) for _ in range(rng.randrange(4))],
            "data_offsets": [rng.choice((0, 1, 8, *NUMBERS)) for _ in range(2)],
        }
        for _ in range(rng.randint(1, 2))
    }
    header = json.dumps({"__metadata__": {"json": "{}"}, **entries}).encode()
    return LENGTH.pack(len(header)) + header + rng.randbytes(rng.choice((0, 4, 8, 16)))


def test_no_message_breaks_the_reader_or_takes_much_memory() -> None:
    rng = random.Random(0)
    originals = seeds()
    read = refused = 0
    tracemalloc.start()
    try:
        for number in range(MESSAGES):
            kind = number % 10
            if kind == 0:
                document = rng.randbytes(rng.randrange(200))
            elif kind < 4:
                document = made_up(rng)
            else:
                document = mutated(rng.choice(originals), rng)
            try:
                read_answer(unpack(document), ROWS)
                read += 1
            except BadMessage:
                refused += 1
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert read + refused == MESSAGES
    assert read > MESSAGES // 1000, "mutations so wild that none is read test little"
    assert refused > MESSAGES // 2
    assert peak < SMALL, f"{peak:,} bytes at once"
