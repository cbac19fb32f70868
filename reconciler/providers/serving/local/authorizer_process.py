"""The authorizer's process: it outlives the daemon as Caddy does, and is there as long as an endpoint asks for it."""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import structlog

from reconciler.providers.serving.local.processes import bury, is_alive, spawn, tell
from reconciler.providers.serving.local.replica_lifecycle import backoff
from reconciler.providers.serving.local.store import read_json, write
from reconciler.providers.serving.local.unix_http import ask
from reconciler.settings import inherited

AUTHORIZE = (sys.executable, "-m", "reconciler.providers.serving.local.authorizer")
LOOK_EVERY = 5.0
"""Seconds between two looks at whether it answers."""
HUNG_AFTER = 30.0
"""Seconds after which one that is alive and answers nothing is replaced."""
TIMEOUT = 0.4
_OF = ("setpoint", "cryptography", "pyjwt")


@dataclass(frozen=True, slots=True)
class AuthorizerFiles:
    """The files of the process; `started` tells of which versions it is."""

    lock: Path
    log: Path
    started: Path
    socket: Path


class AuthorizerProcess:
    """Keeps the authorizer alive, and of the versions that are installed.

    Args:
        files: where its files are.
        environ: the environment of the daemon, of which it inherits what programs need to run.
        command: what it is; the paths of the socket and of the lock are appended.
    """

    def __init__(
        self, files: AuthorizerFiles, environ: Mapping[str, str] = os.environ, command: Sequence[str] = AUTHORIZE
    ) -> None:
        self.files = files
        self._environ = inherited(environ)
        self._command = tuple(command)
        self._versions = {name: _version(name) for name in _OF}
        self._failures = 0
        self._due = 0.0
        self._looked = float("-inf")
        self._heard: float | None = None
        self._log = structlog.get_logger()

    @property
    def is_alive(self) -> bool:
        """Tell whether its process is alive."""
        return is_alive(self.files.lock)

    def keep(self, now: float) -> None:
        """Have it run: start it where it isn't there, and end it where it is an old one or answers nothing."""
        if not self.is_alive:
            self._start(now)
        elif read_json(self.files.started) != self._versions:
            self.stop()
        elif now >= self._looked + LOOK_EVERY:
            self._look(now)

    def _start(self, now: float) -> None:
        if now < self._due:
            return
        self._failures += 1
        self._due = now + backoff(self._failures)
        self._heard = self._looked = now
        bury(self.files.lock)
        write(self.files.started, self._versions)
        command = [*self._command, str(self.files.socket), str(self.files.lock)]
        spawn(self.files.lock, command, self._environ, self.files.log)

    def _look(self, now: float) -> None:
        self._looked = now
        self._heard = now if self._heard is None else self._heard  # one that is found is given its time, too
        try:
            answers = ask(self.files.socket, "/health", timeout=TIMEOUT)[0] == 204
        except OSError:
            answers = False
        if answers:
            self._heard, self._failures, self._due = now, 0, 0.0
        elif now >= self._heard + HUNG_AFTER:
            self._log.warning("the authorizer answers nothing and is replaced", log=str(self.files.log))
            self._heard = now
            tell(self.files.lock, signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end; what it has begun it answers first."""
        tell(self.files.lock, signal.SIGTERM)
        self._failures, self._due = 0, 0.0


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
