"""Places by fsspec URL, brought near: a runner works on local folders, wherever its inputs and outputs live."""

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import fsspec

from runners.contract import InputError, InputGone

_SECRET = re.compile(r"\$\{secret:([A-Za-z_][A-Za-z0-9_]*)\}")
SECRET_PREFIX = "SETPOINT_SECRET_"
"""A job finds the secret NAME in the environment variable SETPOINT_SECRET_NAME."""


def reveal(text: str, environ: Mapping[str, str] = os.environ) -> str:
    """Replace every `${secret:NAME}` in a text by the secret itself.

    Raises:
        InputError: a secret isn't set where the job runs.
    """

    def find(match: re.Match[str]) -> str:
        value = environ.get(SECRET_PREFIX + match[1])
        if value is None:
            raise InputError(
                f"the secret {match[1]} is not set",
                match[0],
                f"set {SECRET_PREFIX}{match[1]} where the pool's jobs run",
            )
        return value

    return _SECRET.sub(find, text)


def local(url: str) -> Path:
    """Return a local folder or file with what a URL holds: the place itself where it is local, else a copy.

    Raises:
        InputGone: nothing is there.
    """
    parts = urlsplit(url)
    if parts.scheme in ("", "file"):
        path = Path(unquote(parts.path))
        if not path.exists():
            raise gone(url)
        return path
    target = Path(tempfile.mkdtemp(prefix="setpoint-"))
    files, base = fsspec.core.url_to_fs(url)
    try:
        files.get(base.rstrip("/") + "/", str(target) + "/", recursive=True)
    except FileNotFoundError as error:
        raise gone(url) from error
    return target


def gone(url: str) -> InputGone:
    """Return the error of an input that isn't there."""
    return InputGone(
        "nothing is there any more", url, "it is tried again with what is newest then; else make it upstream"
    )


def deliver(folder: Path, url: str) -> None:
    """Copy everything in a local folder to where a URL says; does nothing where the folder is that place."""
    files, base = fsspec.core.url_to_fs(url)
    if Path(base) != folder:
        files.put(str(folder) + "/", base.rstrip("/") + "/", recursive=True)
