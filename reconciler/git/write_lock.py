"""Taking turns: writers on one machine queue for a ref instead of racing for it.

This is courtesy, not safety: that is what the compare-and-swap is for. A writer whose turn doesn't come goes ahead.
"""

import contextlib
import fcntl
import hashlib
import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PATIENCE = 20.0
"""Seconds: a queue that moves is faster than a race, and is waited in for so long."""
STILL = 2.0
"""Seconds that one writer's turn is waited for: it may hang, and who takes over from it mustn't wait for it."""
_SHORTEST, _LONGEST = 0.002, 0.02
_MARK = 16
"""Bytes that tell one turn from the next."""


@contextlib.contextmanager
def turn(*key: str, patience: float = PATIENCE, still: float = STILL) -> Iterator[bool]:
    """Wait until no other process of this user is at the same thing, for some seconds at the most.

    Args:
        key: what the writers have in common: the repository and the ref.
        patience: seconds to wait in a queue that moves.
        still: seconds to wait for one other writer.

    Yields:
        Whether it is this process's turn.
    """
    file = _opened(hashlib.sha256("\0".join(key).encode()).hexdigest()[:16])
    if file is None:
        yield False
        return
    try:
        yield _waited(file, patience, still)
    finally:
        os.close(file)  # which ends the turn, as the end of the process would


def _waited(file: int, patience: float, still: float) -> bool:
    began, pause = time.monotonic(), _SHORTEST
    before, since = b"", began
    while True:
        if _took(file):
            return True
        now, holder = time.monotonic(), os.pread(file, _MARK, 0)
        before, since = holder, since if holder == before else now
        if now > began + patience or now > since + still:
            return False
        time.sleep(random.uniform(pause / 2, pause))
        pause = min(pause * 1.5, _LONGEST)


def _took(file: int) -> bool:
    """Take the turn if it is nobody's; where the disk is full it has no mark, and is waited for as the one before."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    with contextlib.suppress(OSError):
        os.pwrite(file, os.urandom(_MARK), 0)
    return True


def _opened(name: str) -> int | None:
    """Open the file that stands for the turn, in a folder that is this user's alone; None where there can be none."""
    folder = Path(tempfile.gettempdir()) / f"setpoint-turns-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        told = folder.lstat()
        if told.st_uid != os.getuid() or told.st_mode & 0o077 or folder.is_symlink():
            return None
        return os.open(folder / f"{name}.turn", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError:
        return None
