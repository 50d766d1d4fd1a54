"""Signals its parent, its group, everyone; and by the owner of a pipe. (Here: signal 0, SIGURG.)

Seen: submissions that killed the grader, for "no result" counted as none taken.
"""

import fcntl
import os
import signal

F_SETSIG = 10


def backward(**values):
    parent = os.getppid()
    for target in (parent, -parent, 0, -1, 1):
        try:
            os.kill(target, 0)
            print("FOUND", target)
        except OSError as error:
            print(target, error)
    try:
        reader, writer = os.pipe()
        fcntl.fcntl(reader, fcntl.F_SETOWN, parent)
        fcntl.fcntl(reader, F_SETSIG, signal.SIGURG)
        fcntl.fcntl(reader, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
        os.write(writer, b"x")
        print("FOUND a signal through a pipe")
    except OSError as error:
        print(error)
    return {}
