"""Talks to services of this machine: a docker socket, an X server, an abstract name.

Seen: containers that were given /var/run/docker.sock.
"""

import socket

NAME = "handgrad-attack-65001"


def backward(**values):
    for path in ("\0" + NAME, "/var/run/docker.sock", "/run/systemd/private", "/tmp/.X11-unix/X0"):
        try:
            with socket.socket(socket.AF_UNIX) as unix:
                unix.connect(path)
                unix.sendall(b"handgrad_attack")
            print("FOUND", path)
        except OSError as error:
            print(path, error)
    try:
        socket.socketpair()
        print("FOUND a socket pair")
    except OSError as error:
        print(error)
    return {}
