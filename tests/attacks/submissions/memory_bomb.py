"""Asks for memory without end. (Here: eight gibibytes at most, of which it touches none.)

Seen: "x = 'a' * 10**11".
"""

import mmap

import torch


def backward(**values):
    kept = []
    for _ in range(8):
        try:
            kept.append(mmap.mmap(-1, 2**30))
        except OSError as error:
            print(len(kept), error)
            break
    if len(kept) > 3:
        print("FOUND more than 3 GiB")
    kept.clear()
    try:
        torch.empty(2**30)
        print("FOUND 4 GiB by torch")
    except RuntimeError as error:
        print(error)
    return {"dprobs": bytearray(3 * 2**30)}
