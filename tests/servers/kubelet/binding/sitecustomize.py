"""Loaded by every Python of a pod: to listen on all addresses means on all of the pod's, which is one.

And the name of a service leads to a pod behind it, as DNS and kube-proxy would have it.
"""

import json
import os
import random
import re
import socket

_ADDRESS = os.environ["SETPOINT_POD_ADDRESS"]
_SERVICES = os.environ.get("SETPOINT_SERVICES", "")
_NAME = re.compile(r"([a-z0-9-]+\.[a-z0-9-]+)\.svc(?:\.cluster\.local)?")
_bind, _getaddrinfo = socket.socket.bind, socket.getaddrinfo


def bind(self, address):  # type: ignore[no-untyped-def]
    """Bind as asked, but `0.0.0.0` to the pod's own address. It has none for `::`, so that gets a port nobody knows."""
    if self.family == socket.AF_INET and address[0] in ("", "0.0.0.0"):
        address = (_ADDRESS, *address[1:])
    elif self.family == socket.AF_INET6 and address[0] in ("", "::"):
        address = ("::1", 0)
    return _bind(self, address)


def getaddrinfo(host, port, *arguments, **more):  # type: ignore[no-untyped-def]
    """Look a name up; that of a service is one of its pods, with the port at which that listens."""
    found = _NAME.fullmatch(host) if isinstance(host, str) else None
    if found is None:
        return _getaddrinfo(host, port, *arguments, **more)
    with open(_SERVICES, encoding="utf-8") as file:  # noqa: PTH123 - nothing but what every process has loaded anyway
        pods = json.load(file).get(found[1], {}).get(str(port), [])
    if not pods:
        raise socket.gaierror(socket.EAI_NONAME, f"nobody is behind {host}:{port}")
    return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", tuple(random.choice(pods)))]


socket.socket.bind = bind  # type: ignore[method-assign]
socket.getaddrinfo = getaddrinfo  # type: ignore[assignment]
