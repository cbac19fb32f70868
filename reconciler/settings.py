"""Settings: read once from the command line and the environment, then frozen."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """What a command or daemon is told from outside.

    `repository` is a path or a URL, `branch` the watched branch. `home` is the folder for everything that the embedded
    engines keep.
    """

    repository: str
    environment: str
    branch: str = "main"
    home: Path = Path()


def default_home(repository: str, environ: Mapping[str, str] = os.environ) -> Path:
    """Return where the embedded engines of a repository keep their state, unless SETPOINT_HOME says otherwise.

    It is a folder of the user's state (XDG Base Directory), named after the repository and a digest of its place.
    """
    if told := environ.get("SETPOINT_HOME"):
        return Path(told).expanduser().absolute()
    base = Path(environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    place = repository if "://" in repository else str(Path(repository).absolute())
    name = Path(place.rstrip("/")).name.removesuffix(".git") or "repository"
    return base / "setpoint" / f"{name}-{hashlib.sha256(place.encode()).hexdigest()[:8]}"
