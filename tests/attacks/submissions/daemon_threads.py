"""Starts threads that outlive the call, to answer for later ones or to go on working.

Seen: miners in notebook servers.
"""

import _thread
import threading
import time


def backward(**values):
    def go_on():
        while True:
            time.sleep(0.1)

    for _ in range(20):
        try:
            threading.Thread(target=go_on, daemon=True).start()
            print("FOUND a thread")
        except RuntimeError as error:
            print(error)
        try:
            _thread.start_new_thread(go_on, ())
            print("FOUND a thread")
        except RuntimeError as error:
            print(error)
    return {}
