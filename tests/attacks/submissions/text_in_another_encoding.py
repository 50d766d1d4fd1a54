# coding: raw_unicode_escape
"""Ends a comment with an escape, for whoever reads the file in the encoding that it names.

Seen: a check that reads a file as UTF-8, and a Python that reads it as it asks to be read.
"""
# quiet\u000aprint("FOUND"); import os; os.system("touch /tmp/handgrad_attack_encoding")

import torch


def backward(logits):
    dlogits = torch.zeros_like(logits)
    return locals()
