"""The environment of the formats' libraries: installed into the cache of the servers, once for each lock."""

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.servers import whole
from tests.servers.building import BuildFailedError, cache

HERE = Path(__file__).parent
NAME = "formats"
LOCK = HERE.parents[1] / "requirements/formats.txt"


def home() -> Path:
    """Return the folder of the environment, whether it is there or not."""
    return cache() / NAME / hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]


def is_installed() -> bool:
    """Tell whether there is nothing to install."""
    return home().is_dir()


def install(tell: Callable[[str], None]) -> None:
    """Install what is missing; of two at the same time the second waits, and finds it done.

    Raises:
        BuildFailedError: a wheel could not be had; nothing is left under the environment's name.
    """
    if not is_installed():
        whole.once(home(), lambda making: _make(making, tell))


def _make(folder: Path, tell: Callable[[str], None]) -> None:
    started = time.monotonic()
    tell(f"{NAME}: installing {LOCK.name}, some 400 MB")
    uv = Path(sys.executable).with_name("uv")
    _run([uv, "venv", "--quiet", "--relocatable", "--python", sys.executable, folder])
    into = ["--python", folder / "bin/python", "--compile-bytecode"]
    _run([uv, "pip", "install", "--quiet", *into, "--require-hashes", "--requirement", LOCK])
    tell(f"{NAME}: installed in {time.monotonic() - started:.0f} s")


def _run(command: list[str | Path]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildFailedError(f"\n{done.stderr}{' '.join(map(str, command))} failed")


def readings(texts: Sequence[tuple[str, str]]) -> list[Mapping[str, Any]]:
    """Return what the libraries say of texts, each with its format: `problem`, and `told`, what they have read."""
    command = [home() / "bin/python", "-I", HERE / "reading.py"]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True, timeout=240)
    found: list[Mapping[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found
