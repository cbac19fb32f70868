"""The environment of the formats' libraries: installed into the cache of the servers, once for each lock."""

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.servers import wheels

HERE = Path(__file__).parent
NAME = "formats"
LOCK = HERE.parents[1] / "requirements/formats.txt"


def home() -> Path:
    """Return the folder of the environment, whether it is there or not."""
    return wheels.home_of(NAME, LOCK.read_bytes())


def is_installed() -> bool:
    """Tell whether there is nothing to install."""
    return home().is_dir()


def install(tell: Callable[[str], None]) -> None:
    """Install what is missing; of two at the same time the second waits, and finds it done.

    Raises:
        BuildFailedError: a wheel could not be had; nothing is left under the environment's name.
    """
    wheels.install(wheels.Wheels(NAME, LOCK, "400 MB"), home(), tell)


def readings(texts: Sequence[tuple[str, str]]) -> list[Mapping[str, Any]]:
    """Return what the libraries say of texts, each with its format: `problem`, and `told`, what they have read."""
    command = [home() / "bin/python", "-I", HERE / "reading.py"]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True, timeout=240)
    found: list[Mapping[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found
