"""Messages between the grader and a child: safetensors frames over a pipe.

A frame is eight bytes of length, then one safetensors document whose metadata holds one
JSON text under "json". What a child sends is untrusted: it is sized before it is read,
checked before it is parsed, and tensors are rebuilt from bytes. Nothing is unpickled.
Format: https://huggingface.co/docs/safetensors
"""

import ctypes
import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import safetensors
import torch

LENGTH = struct.Struct("<Q")
HEADER_CAP = 1_000_000
MOST_DIMENSIONS = 16
DTYPES = {
    "F32": torch.float32,
    "F64": torch.float64,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}
SIZES = {dtype: dtype.itemsize for dtype in DTYPES.values()}


class BadMessage(Exception):
    """A frame that is not what a child may send."""


@dataclass(frozen=True)
class Message:
    facts: dict[str, Any]
    tensors: dict[str, torch.Tensor]


def pack(facts: Mapping[str, Any], tensors: Mapping[str, torch.Tensor]) -> bytes:
    """One frame, its length included.

    Written here because safetensors' own writer needs numpy and five times as long, and a
    training run sends a frame for every step.
    """
    header: dict[str, Any] = {"__metadata__": {"json": json.dumps(facts)}}
    wholes, end = [], 0
    for name, tensor in tensors.items():
        whole = tensor.resolve_neg().contiguous()  # its bytes are read
        start, end = end, end + whole.nbytes
        header[name] = {
            "dtype": NAMES.get(whole.dtype, str(whole.dtype)),
            "shape": list(whole.shape),
            "data_offsets": [start, end],
        }
        wholes.append(whole)
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % LENGTH.size)
    whole_length = LENGTH.pack(LENGTH.size + len(head) + end)
    return b"".join((whole_length, LENGTH.pack(len(head)), head, *map(_bytes_of, wholes)))


def _bytes_of(whole: torch.Tensor) -> Any:
    """Where they are, not a copy; the tensor is to outlive it."""
    return (ctypes.c_char * whole.nbytes).from_address(whole.data_ptr()) if whole.nbytes else b""


def views(document: bytearray) -> Message:
    """The message in a frame of the grader's own, without its length: nothing is checked.

    The tensors share the document's memory, for it is read in place.
    """
    (header_length,) = LENGTH.unpack_from(document)
    begin = LENGTH.size + header_length
    header = json.loads(document[LENGTH.size : begin])
    facts = json.loads(header.pop("__metadata__")["json"])
    return Message(facts, {name: _view(document, begin, of) for name, of in header.items()})


def _view(document: bytearray, begin: int, entry: Mapping[str, Any]) -> torch.Tensor:
    dtype, shape, (start, end) = DTYPES[entry["dtype"]], entry["shape"], entry["data_offsets"]
    if start == end:
        return torch.empty(shape, dtype=dtype)
    count, at = (end - start) // dtype.itemsize, begin + start
    if at % dtype.itemsize:  # behind a tensor of odd bytes
        own = bytearray(document[at : begin + end])
        return torch.frombuffer(own, dtype=dtype).view(shape)
    return torch.frombuffer(document, dtype=dtype, count=count, offset=at).view(shape)


def unpack(document: bytes) -> Message:
    """The message in a frame without its length. Raises BadMessage, and nothing else."""
    facts = _facts(document)
    try:
        entries = safetensors.deserialize(document)  # type: ignore[no-untyped-call]
    except Exception as error:  # the reader's own error class is not part of its interface
        raise BadMessage(f"not safetensors: {str(error)[:200]}") from None
    return Message(facts, {name: _tensor(name, entry) for name, entry in entries})


def _facts(document: bytes) -> dict[str, Any]:
    if len(document) < LENGTH.size:
        raise BadMessage("shorter than its header's length field")
    (header_length,) = LENGTH.unpack_from(document)
    if header_length > min(HEADER_CAP, len(document) - LENGTH.size):
        raise BadMessage(f"a header of {header_length} bytes")
    try:
        header = json.loads(document[LENGTH.size : LENGTH.size + header_length])
        facts = json.loads(header["__metadata__"]["json"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadMessage("its header is not the JSON it should be") from None
    if not isinstance(facts, dict):
        raise BadMessage("its facts are not a JSON object")
    return facts


def _tensor(name: str, entry: Mapping[str, Any]) -> torch.Tensor:
    dtype = DTYPES.get(entry["dtype"])
    if dtype is None:
        raise BadMessage(f"{name[:40]}: dtype {entry['dtype']}")
    shape, data = entry["shape"], entry["data"]
    if len(shape) > MOST_DIMENSIONS:
        raise BadMessage(f"{name[:40]}: a tensor of {len(shape)} dimensions")
    if math.prod(shape) * SIZES[dtype] != len(data):
        raise BadMessage(f"{name[:40]}: {len(data)} bytes for shape {shape[:8]}")
    if type(data) is bytes:  # as older readers give it: not to be written to
        data = bytearray(data)
    flat = torch.frombuffer(data, dtype=dtype) if data else torch.empty(0, dtype=dtype)
    try:
        return flat.view(shape)
    except (RuntimeError, TypeError):  # no entries, and a size beyond 2**63 beside the 0
        raise BadMessage(f"{name[:40]}: shape {shape[:8]}") from None
