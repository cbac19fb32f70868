"""Where servers listen: loopback ports that nobody else is given.

They lie below the range from which systems choose ports for outgoing connections and for whoever asks for any, so a
server that is stopped finds its port still free when it starts again.
"""

import random
import socket

LOOPBACK = "127.0.0.1"
LOWEST, HIGHEST = 20_000, 32_000

_taken: set[int] = set()


def free_port() -> int:
    """Return a port that nobody listens at, and never the same one twice in a process."""
    while True:
        port = random.randrange(LOWEST, HIGHEST)
        if port not in _taken and is_free(port):
            _taken.add(port)
            return port


def is_open(port: int) -> bool:
    """Tell whether somebody listens at a port of the loopback."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def may_be_low() -> bool:
    """Tell whether this user may listen below 1024, as services of a cluster do."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.254.254.254", 80))
        except PermissionError:
            return False
        except OSError:
            return True
    return True


def is_free(port: int, address: str = LOOPBACK) -> bool:
    """Tell whether a server could listen at a port: nobody does, there or on all addresses of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True
