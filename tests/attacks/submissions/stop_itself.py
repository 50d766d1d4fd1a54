"""Stops itself with SIGSTOP: it neither answers nor ends.

Seen: judges that wait for a process without a clock of their own.
"""

import os
import signal


def backward(**values):
    os.kill(os.getpid(), signal.SIGSTOP)
    return {}
