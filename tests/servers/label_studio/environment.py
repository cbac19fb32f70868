"""The environment of Label Studio: installed into the cache, once for each lock, with a database to start from.

Its tables take half a minute to make, and a person some seconds: a server of the tests starts with a copy.
"""

import os
from collections.abc import Callable
from pathlib import Path

from tests.servers import wheels, whole
from tests.servers.recipes import HERE

NAME = "label-studio"
LOCK = HERE.parents[1] / "requirements/label-studio.txt"
PREPARE = HERE / "label_studio/prepare.py"
PEOPLE = ("operator", "ada", "ben", "cleo", "dora", "emil")
"""Who has an account: the first one makes the projects, the others answer."""


def home() -> Path:
    """Return the folder of the environment, whether it is there or not."""
    return wheels.home_of(NAME, LOCK.read_bytes())


def is_installed() -> bool:
    """Tell whether there is nothing to install."""
    return home().is_dir() and template().is_dir()


def template() -> Path:
    """Return the folder that a server starts from: its database, its key, and everybody's token."""
    return wheels.home_of(f"{NAME}-start", LOCK.read_bytes(), PREPARE.read_bytes())


def environ(folder: Path) -> dict[str, str]:
    """Return the environment variables of a server that keeps everything in a folder, and asks nobody else."""
    told = {
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder),
        "DJANGO_DB": "sqlite",
        "LOG_LEVEL": "WARNING",
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "ignore",
        "HOME": str(folder),
    }
    return {**{name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}, **told}


def install(tell: Callable[[str], None]) -> None:
    """Install what is missing, and tell how it goes; of two at the same time the second waits, and finds it done.

    Raises:
        BuildFailedError: a wheel could not be had; nothing is left under the environment's name.
    """
    wheels.install(wheels.Wheels(NAME, LOCK, "950 MB", whole=True), home(), tell)
    if not template().is_dir():
        tell(f"{NAME}: making its tables")
        whole.once(template(), _prepare)


def _prepare(folder: Path) -> None:
    folder.mkdir()
    wheels.run([home() / "bin/python", PREPARE, folder / "tokens.json", *PEOPLE], environ(folder))
