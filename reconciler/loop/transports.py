"""How an event leaves: posted to a catalogue, or appended to a file as a line of JSON.

To send an event twice does no harm, as it has the same id: so whoever isn't sure sends it again.
"""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from reconciler.disk import writing
from reconciler.loop.posting import Letter, Place, bearer, post
from reconciler.model.environment import Lineage
from reconciler.model.errors import Refused, Unavailable

LARGEST_FILE = 256 * 2**20
"""Bytes of a file of events before it is begun anew; the one before it stays."""
_STEP = 2**16


def send(to: Lineage, folder: Path | None, secret: Callable[[str], str], body: bytes) -> None:
    """Send an event to where an environment says.

    Args:
        to: where it is sent to.
        folder: where files of events lie.
        secret: returns what `${secret:NAME}` stands for.
        body: the event, on one line.

    Raises:
        Unavailable: it wasn't taken, and may be later.
        Refused: it never will be.
    """
    if to.file is None:
        _post(to, secret, body)
    elif folder is None:
        raise Unavailable("lineage goes to a file, and this daemon has no home", "start it with --home, or give a url")
    else:
        append(folder / to.file, body)


def append(file: Path, body: bytes) -> None:
    """Append an event to a file, once it is on the disk; what a crash has left of another is taken away first.

    Raises:
        Unavailable: the disk is full, read-only or gone, or something else lies there.
    """
    with writing(file):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if file.is_file() and not file.is_symlink() and file.stat().st_size + len(body) > LARGEST_FILE:
            file.replace(file.with_name(f"{file.name}.1"))
        number = os.open(
            file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o600
        )
        with os.fdopen(number, "r+b", buffering=0) as stream:
            if not stat.S_ISREG(os.fstat(number).st_mode):
                raise Unavailable(f"{file} is no file", "take it away, or give lineage.file another name")
            os.ftruncate(number, _whole(number))
            line = memoryview(body + b"\n")
            while line:
                line = line[stream.write(line) or 0 :]
            os.fsync(number)


def _whole(number: int) -> int:
    """Return where the last whole line of a file ends."""
    end = os.fstat(number).st_size
    while end:
        start = max(0, end - _STEP)
        place = os.pread(number, end - start, start).rfind(b"\n")
        if place >= 0:
            return start + place + 1
        end = start
    return 0


def _post(to: Lineage, secret: Callable[[str], str], body: bytes) -> None:
    try:
        headers = bearer(secret(to.token)) if to.token else {}
    except Refused as error:
        raise Unavailable(error.message, error.hint) from error
    post(Place("the catalogue", str(to.url), "lineage"), Letter(body, headers=headers))
