"""Servers that come as wheels and want other versions than the tests do: each in an environment of its own."""

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.servers import whole
from tests.servers.building import BuildFailedError, cache

Tell = Callable[[str], None]


def home_of(name: str, *made_of: bytes) -> Path:
    """Return the folder of an environment, whether it is there or not."""
    return cache() / name / hashlib.sha256(b"\0".join(made_of)).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Wheels:
    """What is installed for a server: its requirements, each with its hash, and how large that will be, in words.

    What pyproject.toml leaves out of what others declare is left out, too, unless it is `whole`.
    """

    name: str
    lock: Path
    size: str
    whole: bool = False


def install(wanted: Wheels, home: Path, tell: Tell) -> None:
    """Install an environment unless it is there; of two at the same time the second waits, and finds it done.

    Raises:
        BuildFailedError: a wheel could not be had; nothing is left under the environment's name.
    """
    if not home.is_dir():
        whole.once(home, lambda making: _make(wanted, making, tell))


def run(command: list[str | Path], environ: dict[str, str] | None = None, folder: Path | None = None) -> str:
    """Run a command to its end and return what it printed.

    Raises:
        BuildFailedError: it failed; the text says what it said.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ, cwd=folder)
    if done.returncode:
        raise BuildFailedError(f"\n{done.stderr[-4000:]}{' '.join(str(part) for part in command)} failed")
    return done.stdout


def _make(wanted: Wheels, folder: Path, tell: Tell) -> None:
    """Install into a folder that gets another name then; its programs don't mind being moved."""
    started = time.monotonic()
    tell(f"{wanted.name}: installing {wanted.lock.name}, some {wanted.size}")
    uv = Path(sys.executable).with_name("uv")
    run([uv, "venv", "--quiet", "--relocatable", "--python", sys.executable, folder])
    into: list[str | Path] = ["--python", folder / "bin/python", "--compile-bytecode"]
    into += ["--build-constraints", wanted.lock, "--require-hashes", "--requirement", wanted.lock]
    # uv looks for pyproject.toml from where it runs.
    run([uv, "pip", "install", "--quiet", *into], folder=folder if wanted.whole else None)
    tell(f"{wanted.name}: installed in {time.monotonic() - started:.0f} s")
