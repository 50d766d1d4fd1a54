"""What an exception out of a learner's code says: its line, the shapes there, the trace.

Runs in the child.
"""

import linecache
import os
import re
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import torch

from grader.errors import did_you_mean

PACKAGE = str(Path(__file__).parent.parent) + os.sep  # the grader's own frames
MAX_SHAPES = 12  # of one line


def describe(error: BaseException, path: str, source: str) -> dict[str, Any]:
    """The facts for the grader. A learner's exception may raise when it is asked for its text."""
    lines = source.split("\n")
    line, frame = _where(error, path, len(lines))
    try:
        message = str(error)[:2000] + _near(error, frame)
    except BaseException as second:
        message = f"(its own text could not be had: {type(second).__name__})"
    return {
        "type": type(error).__name__,
        "message": message,
        "line": line,
        "shapes": _shapes_on(lines[line - 1], frame.f_locals) if line and frame else {},
        "trace": _trace(error, path, source),
    }


def _near(error: BaseException, frame: FrameType | None) -> str:
    """'; did you mean dtotal?' for a name that nothing has, where one is near."""
    known: Any = ()
    if isinstance(error, NameError) and frame is not None:
        known = [*frame.f_locals, *frame.f_globals]
    elif isinstance(error, AttributeError):
        known = getattr(error.obj, "__dict__", ())
    name = getattr(error, "name", None)
    if not isinstance(name, str):
        return ""
    alike = [other for other in known if type(other) is str and other[:1] == name[:1]]
    near = did_you_mean(name, alike)
    return near if near != "." else ""


def locals_of(error: BaseException, path: str, function: str) -> dict[str, Any]:
    """The local variables of the learner's `function` when `error` left it.

    Gradients kept in a dict there (`grads["dx"] = ...`) are among them, under their keys.
    """
    found: dict[str, Any] = {}
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename == path and frame.f_code.co_name == function:
            for value in frame.f_locals.values():
                if type(value) is dict:
                    found.update((key, kept) for key, kept in value.items() if type(key) is str)
            found.update(frame.f_locals)
    return found


def _where(error: BaseException, path: str, last: int) -> tuple[int | None, FrameType | None]:
    """The innermost line of the learner's own file, which has `last` lines.

    A frame may name the file and a line beyond it: code compiled there under its name.
    """
    own = [
        (line, frame)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename == path and 0 < (line or 0) <= last
    ]
    return own[-1] if own else (None, None)


def _shapes_on(line: str, local: Mapping[str, Any]) -> dict[str, str]:
    """The shapes of the tensors that the line names, in its order."""
    names = dict.fromkeys(re.findall(r"[^\W\d]\w*", line))
    found = [(name, local.get(name)) for name in names]
    tensors = [(name, one) for name, one in found if isinstance(one, torch.Tensor)]
    return {name: str(tuple(one.shape)) for name, one in tensors[:MAX_SHAPES] if not one.is_nested}


def _trace(error: BaseException, path: str, source: str) -> str:
    """The traceback from the learner's file on, with the text of the learner's lines."""
    lines = source.split("\n")
    linecache.cache[path] = (len(source), None, [line + "\n" for line in lines], path)
    first = error.__traceback__
    while first is not None and first.tb_frame.f_code.co_filename != path:
        first = first.tb_next
    told = traceback.TracebackException(type(error), error, first)
    kept = [frame for frame in told.stack if not frame.filename.startswith(PACKAGE)]
    told.stack = traceback.StackSummary.from_list(kept)  # without what watches torch's calls
    return "".join(told.format())[-10_000:]
