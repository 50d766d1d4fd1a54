"""Sends what it was given over TCP, and listens for orders.

Seen: submissions that posted the hidden tests to a server.
"""

import socket

PORT = 65001


def backward(**values):
    for attempt in (
        lambda: socket.create_connection(("127.0.0.1", PORT), 2).sendall(b"handgrad_attack"),
        lambda: socket.create_connection(("::1", PORT), 2),
        lambda: socket.create_server(("127.0.0.1", 0)),
    ):
        try:
            attempt()
            print("FOUND the network")
        except OSError as error:
            print(error)
    return {}
