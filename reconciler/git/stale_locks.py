"""Locks that a killed git command has left: taken away after a while, so that they stop nobody for ever.

Git locks a file that it is about to replace by another beside it, `<file>.lock` (gitrepository-layout(5)). A command
that is killed meanwhile leaves that there, and every later write fails until somebody deletes it. Refs are locked for
milliseconds, so the lock of one that is a minute old is nobody's any more. That of an index is left alone: a person's
`git commit` may hold it for as long as an editor is open.
"""

import contextlib
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from reconciler.git.write_lock import turn

STALE = 60.0
"""Seconds after which the lock of a ref is nobody's any more."""
_SHARED = ("packed-refs.lock", "packed-refs.new", "HEAD.lock", "ORIG_HEAD.lock")
"""What Git makes beside the locks of the refs themselves."""


def clear_stale(git_dir: Path, refs: Iterable[str], age: float = STALE) -> None:
    """Take away what killed commands have left that would keep refs from being moved.

    Only one process does so at a time: else the second would take the lock that the first has just made anew.

    Args:
        git_dir: the repository's Git folder.
        refs: the refs that are to be moved, by their full names.
        age: seconds after which a lock is nobody's any more.
    """
    if not (stale := _stale(_locks(git_dir, refs), age)):
        return
    with turn(str(git_dir), "stale locks") as is_mine, contextlib.suppress(OSError):
        for lock in _stale(stale, age) if is_mine else ():
            lock.unlink()


def held(git_dir: Path, refs: Iterable[str]) -> Path | None:
    """Return a lock that keeps refs from being moved now; None where there is none."""
    return next((lock for lock in _locks(git_dir, refs) if lock.exists()), None)


def _locks(git_dir: Path, refs: Iterable[str]) -> Iterator[Path]:
    yield from (git_dir / name for name in _SHARED)
    yield from (git_dir / f"{ref}.lock" for ref in refs)


def _stale(locks: Iterable[Path], age: float) -> list[Path]:
    return [lock for lock in locks if _is_stale(lock, age)]


def _is_stale(lock: Path, age: float) -> bool:
    try:
        return time.time() - lock.lstat().st_mtime > age
    except OSError:
        return False
