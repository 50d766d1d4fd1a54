"""Starts other programs: subprocess, os.system, posix_spawn, exec in its own place.

Seen: "import os; os.system('...')" in every second hostile submission.
"""

import os
import subprocess


def backward(**values):
    mark = "touch /tmp/handgrad_attack_exec"
    print(os.system(mark))
    for attempt in (
        lambda: subprocess.run(["/bin/sh", "-c", mark]),
        lambda: os.posix_spawn("/bin/sh", ["sh", "-c", mark], {}),
        lambda: os.execv("/bin/sh", ["sh", "-c", mark]),
    ):
        try:
            attempt()
        except OSError as error:
            print(error)
    return {}
