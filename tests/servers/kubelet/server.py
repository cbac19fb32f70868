"""The stand-in as a process of the test cluster."""

import json
import os
import signal
import sys
from collections.abc import Mapping

from tests.servers.kubernetes.place import Place
from tests.servers.kwok.server import MANAGED_BY, OURS
from tests.servers.mlserver.commands import entrypoints as of_mlserver
from tests.servers.ports import LOOPBACK, is_open
from tests.servers.process import Process
from tests.servers.recipes import HERE


def kubelet(place: Place, port: int, entrypoints: Mapping[str, list[str]] | None = None) -> Process:
    """Return the stand-in; it serves logs at a port, which nodes must tell, and ends its pods when it is ended.

    `entrypoints` are what images stand for whose containers bring no command: unset, those of KServe's own runtimes.
    """
    token = place.folder / "kubelet.token"
    token.touch(0o600)
    token.write_text(place.tokens["kubelet"], "utf-8")
    flags = {
        "server": place.url,
        "authority": place.authority.files.certificate,
        "token-file": token,
        "folder": place.folder / "pods",
        "selector": f"{MANAGED_BY}={OURS}",
        "entrypoints": json.dumps(of_mlserver() if entrypoints is None else entrypoints),
        "address": LOOPBACK,
        "port": port,
        "certificate": place.server.certificate,
        "key": place.server.key,
    }
    command = [sys.executable, "-m", "tests.servers.kubelet", *(f"--{name}={value}" for name, value in flags.items())]
    environ = {"PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")])}
    ready = lambda: is_open(port)  # noqa: E731
    return Process("kubelet", command, place.log("kubelet"), ready, environ, dies_by=signal.SIGTERM)
