"""Upkeep: a repository that is written to all day is packed now and then, as Git does after a person's commands."""

import contextlib
import os
import signal
import subprocess
import threading
import time
import weakref
from pathlib import Path

import structlog

from reconciler.git.process import PATIENCE, Output, command, environment, start
from reconciler.model.errors import SetpointError

EVERY = 200
"""Writes after which Git is asked whether packing is due; each leaves a handful of loose objects."""


class Upkeep:
    """Counts the writes to one repository, and has it packed beside them; any number of threads may write.

    Git's own way is a process that it detaches: nobody knows of its end, it outlives the daemon, and meanwhile a
    person's `git gc` is refused. Here it is a child that ends with the repository's `close`.

    Args:
        git_dir: the repository's Git folder.
    """

    def __init__(self, git_dir: Path) -> None:
        self._git_dir = git_dir
        self._lock = threading.Lock()
        self._log = structlog.get_logger()
        self._writes = 0
        self._packing: subprocess.Popen[bytes] | None = None
        self._stop: weakref.finalize[[subprocess.Popen[bytes], int], Upkeep] | None = None

    def written(self) -> None:
        """Count a write, and let Git pack what has piled up (git-gc(1), `--auto`), by the repository's own settings.

        Whoever writes doesn't wait for it. Where a gc is at work already, Git leaves it at that; what fails is told,
        and tried again after as many writes.
        """
        with self._lock:
            self._writes += 1
            if not self._is_packing() and self._writes % EVERY == 0:
                self._pack()

    def close(self) -> None:
        """End the packing, if there is any: Git takes back what it has begun, and a later one does it."""
        with self._lock:
            if self._stop is not None:
                self._stop()
            self._packing = self._stop = None

    def _pack(self) -> None:
        line = command(self._git_dir, "gc", "--auto", "--quiet")
        try:
            packing = start(line, self._git_dir, environment(), stdin=subprocess.DEVNULL)
        except SetpointError as error:
            self._log.warning("a repository isn't packed", git_dir=str(self._git_dir), why=error.message)
            return
        self._packing, self._stop = packing, weakref.finalize(self, _end, packing, os.getpid())

    def _is_packing(self) -> bool:
        """Tell whether Git is at it still; if it has just ended and failed, say so."""
        if self._packing is None:
            return False
        if (code := self._packing.poll()) is None:
            return True
        _, stderr = self._packing.communicate()
        if code:
            why = Output(code, b"", stderr.decode("utf-8", "replace")).complaint
            self._log.warning("a repository isn't packed", git_dir=str(self._git_dir), why=why)
        assert self._stop
        self._stop.detach()
        self._packing = self._stop = None
        return False


def _end(packing: subprocess.Popen[bytes], owner: int) -> None:
    """Stop Git and what it has started, unless this process is a fork of the one that asked for it."""
    if owner != os.getpid():
        return
    if packing.poll() is None:
        os.killpg(packing.pid, signal.SIGTERM)
    packing.communicate(timeout=PATIENCE)


def sweep_unfinished(git_dir: Path, age: float) -> None:
    """Delete the objects that commands have left half-written which were killed, as only `git gc` does otherwise.

    Args:
        git_dir: the repository's Git folder.
        age: seconds since anything was written to such a file, after which it is nobody's any more.
    """
    oldest = time.time() - age
    for file in (git_dir / "objects").glob("*/tmp_*"):
        with contextlib.suppress(OSError):
            if file.lstat().st_mtime < oldest:
                file.unlink()
