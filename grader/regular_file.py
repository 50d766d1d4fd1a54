"""Open what is a file and nothing else: a pipe or a device may keep its reader waiting for ever."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

# Windows has neither of them, and no such files.
NO_WAIT, NO_LINK = getattr(os, "O_NONBLOCK", 0), getattr(os, "O_NOFOLLOW", 0)


class NotRegular(OSError):
    """There is something of that name, and it is no file."""


def open_regular(path: Path, follow: bool = True, within: int | None = None) -> BinaryIO:
    """For reading. `follow`: a symbolic link, to a file again. `within`: an open folder.

    Raises OSError, NotRegular among them.
    """
    flags = os.O_RDONLY | NO_WAIT | (0 if follow else NO_LINK)
    descriptor = os.open(path, flags, dir_fd=within)
    kind = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(kind):
        os.close(descriptor)
        if stat.S_ISDIR(kind):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        raise NotRegular(errno.EINVAL, "a pipe, device or socket, not a file", str(path))
    return os.fdopen(descriptor, "rb")
