"""The environment of MLServer and kserve-storage: installed into the cache, once for each lock."""

from collections.abc import Callable
from pathlib import Path

from tests.servers import wheels
from tests.servers.recipes import HERE

NAME = "mlserver"
LOCK = HERE.parents[1] / "requirements/mlserver.txt"


def home() -> Path:
    """Return the folder of the environment, whether it is there or not."""
    return wheels.home_of(NAME, LOCK.read_bytes())


def is_installed() -> bool:
    """Tell whether there is nothing to install."""
    return home().is_dir()


def install(tell: Callable[[str], None]) -> None:
    """Install what is missing, and tell how it goes; of two at the same time the second waits, and finds it done.

    Raises:
        BuildFailedError: a wheel could not be had; nothing is left under the environment's name.
    """
    wheels.install(wheels.Wheels(NAME, LOCK, "550 MB"), home(), tell)
