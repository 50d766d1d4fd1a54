"""Changes files that it cannot open: modes, owners, times, attributes, and length by path.

Seen: what Landlock's first versions do not cover.
"""

import os
from pathlib import Path


def backward(**values):
    own = Path(__file__)
    for attempt in (
        lambda: own.chmod(0),
        lambda: os.utime(own, (0, 0)),
        lambda: os.chown(own, os.getuid(), os.getgid()),
        lambda: os.truncate(own, 0),
        lambda: os.close(os.open(own, os.O_RDONLY | os.O_TRUNC)),
        lambda: os.setxattr(own, "user.handgrad_attack", b"x"),
        lambda: os.rename(own, own.with_suffix(".gone")),
        lambda: own.unlink(),
        lambda: os.symlink(own, own.with_name("handgrad_attack_link")),
        lambda: os.link(own, own.with_name("handgrad_attack_link")),
    ):
        try:
            attempt()
            print("FOUND a change")
        except OSError as error:
            print(error)
    return {}
