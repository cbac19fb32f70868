"""Loaded by every Python of a pod: to listen on all addresses means on all of the pod's, which is one."""

import os
import socket

_ADDRESS = os.environ["SETPOINT_POD_ADDRESS"]
_bind = socket.socket.bind


def bind(self, address):  # type: ignore[no-untyped-def]
    """Bind as asked, but `0.0.0.0` to the pod's own address. It has none for `::`, so that gets a port nobody knows."""
    if self.family == socket.AF_INET and address[0] in ("", "0.0.0.0"):
        address = (_ADDRESS, *address[1:])
    elif self.family == socket.AF_INET6 and address[0] in ("", "::"):
        address = ("::1", 0)
    return _bind(self, address)


socket.socket.bind = bind  # type: ignore[method-assign]
