"""The home: the folder below which the embedded engines of one repository keep all that they have.

Law of the room: a home belongs to one repository. Another one's daemon would take the jobs and endpoints in it for its
own, and take them away.
"""

import contextlib
import os
import re
import secrets
import stat
import tempfile
from pathlib import Path

from reconciler import untrusted
from reconciler.model.errors import Refused, Unavailable

CODE, MIRROR = "code", "mirror"
"""The folders of a home beside those of the ports: the code that jobs run, and what was fetched of a remote."""
MARK = "repository.txt"
"""The file of a home that says whose it is."""
_LARGEST = 4096


def claim(home: Path, repository: str) -> None:
    """Make a home, which no other user may look into, and hold that it is a repository's own.

    One from before there were marks becomes that of the first repository that asks.

    Args:
        home: the folder.
        repository: the repository's path or URL, without credentials.

    Raises:
        Refused: it is another repository's.
        Unavailable: it can't be made or read.
    """
    told = _marked(home, MARK, repository)
    if told and _place(told) != _place(repository):
        hint = f"give another --home; where that repository has moved here, correct {home / MARK}"
        raise Refused(f"the home {home} is that of the repository {told}", hint)


def claim_for(folder: Path, environment: str) -> None:
    """Make a folder of a home, and hold that it is one environment's own.

    Raises:
        Refused: it is another environment's, whose daemon keeps there what this one would take away.
        Unavailable: it can't be made or read.
    """
    told = _marked(folder, "environment.txt", environment)
    if told and told != environment:
        hint = "give each environment a `path` of its own, or leave it out"
        raise Refused(f"the folder {folder} is that of the environment {told}", hint)


def _marked(folder: Path, name: str, owner: str) -> str:
    """Make a folder and write its owner into it, where none is; return whose it is."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _close(folder)
        with contextlib.suppress(FileExistsError), (folder / name).open("x", encoding="utf-8") as mark:
            mark.write(f"{owner}\n")
        with (folder / name).open(encoding="utf-8") as mark:
            return mark.read(_LARGEST).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(
            f"the home {folder} can't be used: {error}", "give another with --home, or its rights"
        ) from error


def _close(home: Path) -> None:
    """Take the rights of others from a folder; those of its group are its owner's affair."""
    mode = stat.S_IMODE(home.stat().st_mode)
    if mode & 0o007:
        with contextlib.suppress(PermissionError):
            home.chmod(mode & ~0o007)


def _place(repository: str) -> str:
    """Return what two ways of writing one place have in common."""
    return repository.strip().removeprefix("file://").rstrip("/").removesuffix("/.git").removesuffix(".git")


def kept_secret(path: Path) -> str:
    """Return 256 random bits, as 64 hexadecimal digits, that a file holds; they are made where it holds none.

    The file is there whole or not at all, so a crash leaves the former one, or none, and is its user's alone from its
    first byte on. Of several who make it at once, all return what the first has made.

    Raises:
        OSError: it can't be read or written.
    """
    kept = _kept(path)
    if kept and _SECRET.fullmatch(kept):
        return kept
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = secrets.token_hex(32)
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # which nobody else may read
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(made)
        if kept is None:
            os.link(part, path)
        else:
            Path(part).replace(path)
    except FileExistsError:
        return kept_secret(path)
    finally:
        Path(part).unlink(missing_ok=True)
    return made


def _kept(path: Path) -> str | None:
    """Return what a file holds, as text of some length; None where there is none."""
    try:
        return untrusted.read(path, _LARGEST).decode("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    except Refused:
        return ""


_SECRET = re.compile(r"[0-9a-f]{64}")
