"""Run a command as an unprivileged user, from root: python as_nobody.py FOLDER COMMAND...

In a mount namespace of its own, where folders on the way to Python and to this checkout that
only root may enter are replaced by ones that anyone may. FOLDER is handed to that user.
"""

import ctypes
import os
import sys
import tempfile
from pathlib import Path

NOBODY = 65534
CLONE_NEWNS, MS_BIND, MS_REC, MS_PRIVATE = 0x00020000, 4096, 16384, 1 << 18
LIBC = ctypes.CDLL(None, use_errno=True)


def mount(source: str, target: str, kind: str | None, flags: int, options: str | None) -> None:
    coded = [text and text.encode() for text in (source, target, kind, options)]
    if LIBC.mount(*coded[:3], ctypes.c_ulong(flags), coded[3]) != 0:
        raise OSError(ctypes.get_errno(), f"mount {target}")


def open_the_way(path: Path, folder: str) -> None:
    """So that anyone can enter the folders above `path`, in this namespace."""
    closed = [folder for folder in reversed(path.parents) if not folder.stat().st_mode & 0o001]
    if not closed:
        return
    aside = tempfile.mkdtemp(dir=folder)
    mount(str(path), aside, None, MS_BIND | MS_REC, None)
    mount("tmpfs", str(closed[0]), "tmpfs", 0, "mode=755")
    path.mkdir(parents=True)
    mount(aside, str(path), None, MS_BIND | MS_REC, None)


def main(folder: str, command: list[str]) -> None:
    if LIBC.unshare(CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    mount("none", "/", None, MS_REC | MS_PRIVATE, None)
    for path in (Path(sys.base_prefix), Path(sys.prefix), Path.cwd()):
        open_the_way(path.resolve(), folder)
    os.chown(folder, NOBODY, NOBODY)
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    os.environ |= {"HOME": folder, "TMPDIR": folder, "PYTHONDONTWRITEBYTECODE": "1"}
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
