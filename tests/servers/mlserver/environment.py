"""The environment of MLServer and kserve-storage: installed into the cache, once for each lock."""

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.servers import whole
from tests.servers.building import BuildFailedError, cache
from tests.servers.recipes import HERE

NAME = "mlserver"
LOCK = HERE.parents[1] / "requirements/mlserver.txt"


def home() -> Path:
    """Return the folder of the environment, whether it is there or not."""
    return cache() / NAME / hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]


def is_installed() -> bool:
    """Tell whether there is nothing to install."""
    return home().is_dir()


def install(tell: Callable[[str], None]) -> None:
    """Install what is missing, and tell how it goes; of two at the same time the second waits, and finds it done.

    Raises:
        BuildFailedError: a wheel could not be had; nothing is left under the environment's name.
    """
    if is_installed():
        return
    whole.once(home(), lambda making: _make(making, tell))


def _make(folder: Path, tell: Callable[[str], None]) -> None:
    """Install into a folder that gets another name then; its programs don't mind being moved."""
    started = time.monotonic()
    tell(f"{NAME}: installing {LOCK.name}, some 550 MB")
    uv = Path(sys.executable).with_name("uv")
    _run([uv, "venv", "--quiet", "--relocatable", "--python", sys.executable, folder])
    into = ["--python", folder / "bin/python", "--compile-bytecode"]
    _run([uv, "pip", "install", "--quiet", *into, "--require-hashes", "--requirement", LOCK])
    tell(f"{NAME}: installed in {time.monotonic() - started:.0f} s")


def _run(command: list[str | Path]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        told = " ".join(str(part) for part in command)
        raise BuildFailedError(f"\n{done.stderr}{told} failed")
