"""Where servers listen: loopback ports that nobody else is given.

They lie below the range from which systems choose ports for outgoing connections and for whoever asks for any, so a
server that is stopped finds its port still free when it starts again. A port is its process's until that ends: a lock
on a file keeps it from the suite's other workers and from other suites, also while nobody listens yet or for a while.
"""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path

LOOPBACK = "127.0.0.1"
LOWEST, HIGHEST = 20_000, 32_000

_CHANCE = random.SystemRandom()
"""Not the module's own: tests that seed that would all be given the same ports, on each worker."""
_taken: dict[int, int] = {}
"""The ports of this process, each with the descriptor of the file that is locked for it."""


def free_port() -> int:
    """Return a port that nobody listens at, and that no other process is given while this one lives."""
    while True:
        port = _CHANCE.randrange(LOWEST, HIGHEST)
        if port not in _taken and _is_ours(port) and is_free(port):
            return port


def _is_ours(port: int) -> bool:
    """Lock a port's file, and tell whether that went; the lock ends with the process, and its children have none."""
    folder = Path(tempfile.gettempdir()) / f"setpoint-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    held = os.open(folder / str(port), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        return False
    _taken[port] = held
    return True


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
