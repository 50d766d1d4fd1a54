"""Forks twice and leaves its session, to live on when its group is killed.

Seen: every daemon; and miners left behind by CI jobs.
"""

import os
import time


def backward(**values):
    try:
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(8)
            os._exit(0)
        print("FOUND a process")
    except OSError as error:
        print(error)
    return {}
