"""Sends a datagram, which needs no connection and no answer.

Seen: filters for TCP only; Landlock's network rules are of that kind.
"""

import socket

PORT = 65001


def backward(**values):
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.sendto(b"handgrad_attack", ("127.0.0.1", PORT))
        print("FOUND the network")
    except OSError as error:
        print(error)
    return {}
