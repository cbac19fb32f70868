"""Upkeep: a repository that is written to all day is packed now and then, as Git does after a person's commands."""

import contextlib
import threading
import time
from pathlib import Path

from reconciler.git.process import call

EVERY = 200
"""Writes after which Git is asked whether packing is due; each leaves a handful of loose objects."""


class Upkeep:
    """Counts the writes to one repository.

    Args:
        git_dir: the repository's Git folder.
    """

    def __init__(self, git_dir: Path) -> None:
        self._git_dir = git_dir
        self._lock = threading.Lock()
        self._writes = 0

    def written(self) -> None:
        """Count a write, and let Git pack what has piled up (git-gc(1), `--auto`), by the repository's own settings.

        Git does this in the background; what becomes of it changes nothing for whoever writes.
        """
        with self._lock:
            self._writes += 1
            is_due = self._writes % EVERY == 0
        if is_due:
            call(self._git_dir, "gc", "--auto", "--quiet")


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
