"""Asks for sockets of rare families, and for io_uring, which makes sockets by itself.

Seen: kernel holes in AF_ALG, AF_VSOCK, AF_PACKET, netlink; io_uring passing by seccomp.
"""

import ctypes
import socket

IO_URING_SETUP, USERFAULTFD, BPF, PERF_EVENT_OPEN = 425, 323, 321, 298


def backward(**values):
    for family in ("AF_ALG", "AF_VSOCK", "AF_PACKET", "AF_NETLINK", "AF_BLUETOOTH", "AF_CAN"):
        try:
            socket.socket(getattr(socket, family), socket.SOCK_RAW if "PA" in family else 2).close()
            print("FOUND", family)
        except (OSError, AttributeError) as error:
            print(family, error)
    libc = ctypes.CDLL(None)
    parameters = ctypes.create_string_buffer(120)
    if libc.syscall(IO_URING_SETUP, 4, parameters) >= 0:
        print("FOUND io_uring")
    for number in (USERFAULTFD, BPF, PERF_EVENT_OPEN):
        if libc.syscall(number, 0, 0, 0) >= 0:
            print("FOUND call", number)
    return {}
