"""The warm process: torch loaded and nothing else, forking a child for each attempt.

It answers launcher.py, one request and one answer at a time, and ends with the grader.
"""

import ctypes
import os
import signal
import socket
import struct
import sys
import traceback
from contextlib import suppress
from typing import NoReturn

from grader.process.bootstrap import preload, run_child
from grader.process.held import unlisted_modules
from grader.process.large_pages import gather
from grader.process.sandbox.kernel import Unavailable, checked
from grader.process.sandbox.privileges import close_memory
from grader.process.signals import kill_whole

START, START_WALLED, END = b"S", b"W", b"E"
REQUEST = struct.Struct("<cqq")  # command, serial number, processor time or pid
ANSWER = struct.Struct("<qq")  # serial number, pid or exit code; a pid below 0 is an errno
MANY = 24  # children: in all they save about the time that gathering its memory takes


def serve_launches(control: socket.socket) -> NoReturn:
    """The warm process: start and end children until the grader closes its end."""
    children: set[int] = set()
    started, walled, status = 0, False, 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's to answer
        with suppress(OSError, Unavailable):
            close_memory()
        preload()
        _warm_up(walled)
        unlisted_modules(len(sys.modules))
        while True:
            message, descriptors, _, _ = socket.recv_fds(control, REQUEST.size, 4)
            if not message:
                raise ConnectionResetError
            command, serial, number = REQUEST.unpack(message)
            if command == START_WALLED and not walled:
                walled = True
                _warm_up(walled)
            if command in (START, START_WALLED):
                result = _fork_child(control, descriptors, cpu=number)
                if result >= 2:
                    children.add(result)
                started += 1
                if started == MANY:
                    gather()
            elif number in children:
                kill_whole(number)
                children.remove(number)
                _, ended = os.waitpid(number, 0)  # the grader's deadline covers it
                result = os.waitstatus_to_exitcode(ended)
            else:  # a child of the warm process before this one: it ended with that
                result = -signal.SIGKILL
            control.sendall(ANSWER.pack(serial, result))
    except ConnectionError:
        status = 0  # the grader has ended, whatever the way
    except Exception:
        traceback.print_exc()
    finally:
        for pid in children:
            kill_whole(pid)
        os._exit(status)


def _warm_up(walled: bool) -> None:
    from grader.child.serve import warm_up
    from grader.kinds.drivers import DRIVERS

    warm_up(DRIVERS, walled)


def _fork_child(control: socket.socket, descriptors: list[int], cpu: int) -> int:
    """The pid, or -errno where the system gives no process."""
    parent = os.getpid()
    try:
        pid = _bare_fork()
    except OSError as error:
        pid = -(error.errno or 1)
    if pid == 0:
        control.close()
        requests, replies, output, ready = descriptors
        run_child(requests, replies, output, ready, cpu, parent)
    for descriptor in descriptors:
        os.close(descriptor)
    return pid


def _bare_fork() -> int:
    """A fork of this process, which has one thread. Raises OSError.

    Python's own calls in the child what modules have registered for it: locks of other threads
    are made anew, and chance is drawn. That reads and so copies a tenth of the memory of a grading.
    """
    return checked(ctypes.PyDLL(None, use_errno=True).fork(), "fork")  # it keeps Python's lock


if __name__ == "__main__":
    serve_launches(socket.socket(fileno=int(sys.argv[1])))
