"""Folders of the cache: each appears under its name only when all is in it, so whatever is found there is whole."""

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path


def once(home: Path, make: Callable[[Path], None], wait: Callable[[], None] = lambda: None) -> None:
    """Make a folder unless it is there; of two at the same time the second waits, and finds it done.

    Args:
        home: the folder.
        make: fills another folder, which isn't there yet and becomes this one.
        wait: is called before waiting for another process that is at it.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    with (home.parent / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            wait()
            fcntl.flock(lock, fcntl.LOCK_EX)
        if home.is_dir():
            return
        making = home.with_suffix(".making")
        shutil.rmtree(making, ignore_errors=True)
        make(making)
        making.rename(home)
