"""`python -m tests.crashes.victim POINTS ENDS run …`: a daemon that kills itself at one of some points of its life.

It is wired as `setpoint run` is, but for four seams: the verbs of its engines, the Git commands that write, the
processes that it starts, and the requests that change something in a server. It writes the name of each point that it
comes to into the file POINTS, and ends itself by SIGKILL at the first that stands among ENDS.

It goes by a name of its own, as each daemon does: so it waits until the lease of the one that was killed has run out.
"""

import os
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from urllib3.connectionpool import HTTPConnectionPool

from reconciler import wiring
from reconciler.__main__ import main
from reconciler.git import process
from reconciler.ports.engines import Engines
from tests.crashes.git_lines import READING, named, verb_of

NAME, POOL = "loans", "shared"
"""What the pool of the life is called, and all of its other resources."""
AND = " | "
"""What stands between the points at which a daemon is to end."""
PORTS = ("data", "reader", "pool", "serving", "forge")
LANDMARKS = frozenset({"open", "commit", "merge", "submit", "start", "route", "propose"})
"""The verbs that come once for a resource; `configure` and `close` are called beside others, at no certain moment."""


_ABOUT: ContextVar[str] = ContextVar("_ABOUT", default="")
"""The verb that this thread is amid."""
_DIGEST = re.compile(r"(?:/|(?<![0-9a-z]))[0-9a-f]{12}(?:[0-9a-f]{28})?(?![0-9a-z])")


class Fate:
    """Writes down each point, and kills this process at the first of some.

    What names no resource happens again and again. So that its names stay the same from life to life, it is counted
    anew for each verb that it is a part of, and else since each landmark; but not what a thread of its own looks after,
    which comes between no certain landmarks.
    """

    def __init__(self, points: Path, ends: frozenset[str]) -> None:
        self._file = os.open(points, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._ends = ends
        self._since = "the start"
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()

    def step(self, name: str, *, is_landmark: bool = False) -> str:
        """Return the name of what is about to be done, with how often it has come by now."""
        with self._lock:
            if is_landmark:
                self._since = name
            elif NAME not in name and POOL not in name and not name.endswith(".settle"):
                name = f"{name} in {amid}" if (amid := _ABOUT.get()) else f"{name} since {self._since}"
            self._seen[name] += 1
            return f"{name} #{self._seen[name]}"

    def reach(self, point: str) -> None:
        """Come to a point."""
        os.write(self._file, f"{point}\n".encode())
        if point in self._ends:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, step: str, act: Callable[[], Any]) -> Any:
        """Do something, with a point before and one after it."""
        self.reach(f"before {step}")
        try:
            return act()
        finally:
            self.reach(f"after {step}")


class Watched:
    """An engine whose verbs are points."""

    def __init__(self, port: str, engine: Any, fate: Fate) -> None:
        self._port, self._engine, self._fate = port, engine, fate

    def __getattr__(self, verb: str) -> Any:
        method = getattr(self._engine, verb)

        def call(*arguments: Any, **options: Any) -> Any:
            name = f"{self._port}.{verb} {without_digest(name_of(arguments))}".rstrip()
            step = self._fate.step(name, is_landmark=verb in LANDMARKS)
            before = _ABOUT.set(name)
            try:
                return self._fate.around(step, lambda: method(*arguments, **options))
            finally:
                _ABOUT.reset(before)

        return call


def name_of(arguments: Sequence[Any]) -> str:
    """Return what a call is about: its first argument, or the name that an order carries."""
    first = arguments[0] if arguments else ""
    found = (getattr(first, attribute, None) for attribute in ("run", "name", "deployment"))
    return next((name for name in found if isinstance(name, str)), first if isinstance(first, str) else "")


def without_digest(name: str) -> str:
    """Return a run's, a ref's or a proposal's name without what differs from life to life."""
    return _DIGEST.sub("", name)


def aside() -> str:
    """Tell what is done beside the passes, at any moment: the lease is renewed by a thread of its own.

    A pass is made by the thread of its loop; it makes a single change itself, and several on threads beside it.
    """
    name = threading.current_thread().name
    return "" if name.startswith(("MainThread", "loop", "apply")) else " for the lease"


def watch_git(fate: Fate) -> None:
    """Make points of the Git commands that write: before, amid and after them."""

    class Git(subprocess.Popen[bytes]):
        def __init__(self, line: list[str], **options: Any) -> None:
            self.line = line
            super().__init__(line, **options)

        def communicate(self, fed: bytes | None = None, timeout: float | None = None) -> tuple[bytes, bytes]:
            verb = verb_of(self.line)
            if verb in READING:
                return super().communicate(fed, timeout)
            store = " in the data store" if "objects.git" in self.line[1] else ""
            step = fate.step(without_digest(named(verb, fed or b"")) + store + aside())
            return fate.around(step, lambda: self.finished(step, fed, timeout))

        def finished(self, step: str, fed: bytes | None, timeout: float | None) -> tuple[bytes, bytes]:
            """Feed the command by halves; killed after the second, it goes on by itself."""
            if fed and self.stdin:
                for part, half in (("half", fed[: len(fed) // 2]), ("all", fed[len(fed) // 2 :])):
                    self.stdin.write(half)
                    self.stdin.flush()
                    fate.reach(f"amid {step} by {part} of its input")
                self.stdin.close()
                self.stdin = None
            return super().communicate(None, timeout)

    kept = {name: getattr(subprocess, name) for name in ("PIPE", "DEVNULL", "TimeoutExpired")}
    process.subprocess = SimpleNamespace(Popen=Git, **kept)  # type: ignore[attr-defined]


def watch_processes(fate: Fate) -> None:
    """Make points of the starts of processes that outlive the daemon."""
    spawn = os.posix_spawn

    def watched(path: str, line: list[str], *arguments: Any, **options: Any) -> int:
        words = " ".join(line)
        name = next(name for name in ("supervisor", "runners.serve", "caddy") if name in words)
        pid: int = fate.around(fate.step(f"spawn {name}"), lambda: spawn(path, line, *arguments, **options))
        return pid

    os.posix_spawn = watched


def watch_requests(fate: Fate) -> None:
    """Make points of the requests that change something in a server: before and after they are answered."""
    send = HTTPConnectionPool.urlopen

    def sent(pool: Any, method: str, url: str, *arguments: Any, **options: Any) -> Any:
        if method == "GET" or url.endswith("/auth/login"):
            return send(pool, method, url, *arguments, **options)
        step = fate.step(without_digest(f"{method} {url.partition('?')[0]}") + aside())
        return fate.around(step, lambda: send(pool, method, url, *arguments, **options))

    HTTPConnectionPool.urlopen = sent  # type: ignore[method-assign]


def watch_engines(fate: Fate) -> None:
    """Make points of the verbs of all ports."""
    build = wiring.engines

    def watched(*arguments: Any) -> Engines:
        engines = build(*arguments)
        ports = {port: Watched(port, getattr(engines, port), fate) for port in PORTS}
        return Engines(clock=engines.clock, **ports)

    wiring.engines = watched


if __name__ == "__main__":
    fate = Fate(Path(sys.argv[1]), frozenset(sys.argv[2].split(AND)))
    watch_git(fate)
    watch_processes(fate)
    watch_requests(fate)
    watch_engines(fate)
    sys.exit(main(sys.argv[3:]))
