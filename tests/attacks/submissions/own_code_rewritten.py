"""Changes the grader's own functions in the child: what sorts, measures and sends an answer.

Seen: checks that run beside the submission, in the process that they are about.
"""

import sys

import torch


def backward(n, logits, probs, logprobs):
    serve = sys.modules["grader.child.serve"]
    frames = sys.modules["grader.protocol.frames"]
    messages = sys.modules["grader.protocol.messages"]
    everything = {row.name: torch.zeros(1) for row in sys._getframe(1).f_locals.get("setup", ()) or ()}
    serve.identical = lambda *_: True
    serve.describe = lambda *_: {"type": "", "message": "", "line": None, "shapes": {}, "trace": ""}
    serve.sort_returned = lambda *_: ({"logits": logits, "passed": probs}, {}, ())
    frames.pack = messages.pack = lambda facts, tensors: b"\0" * 8
    frames.LENGTH = None
    return everything
