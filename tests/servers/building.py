"""From recipes to folders in the cache: `<cache>/<name>/<digest>/` has a server's programs and the files beside them.

Law of the module: a folder appears under its name only when all is in it, so whatever is found there is whole; two
builds of one server at the same time wait for one another, and the second finds the work done.
"""

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.servers import toolchain, whole
from tests.servers.recipes import Recipe

PULSE = 15.0
"""Seconds between two words of progress."""

Tell = Callable[[str], None]


class BuildFailedError(RuntimeError):
    """A server could not be built; the text says what Go said."""


def cache() -> Path:
    """Return the folder of all servers that were built on this machine."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "setpoint/servers"


def home_of(recipe: Recipe) -> Path:
    """Return the folder that this recipe's programs are in, or will be."""
    return cache() / recipe.name / recipe.digest


def is_built(recipe: Recipe) -> bool:
    """Tell whether there is nothing to build."""
    return home_of(recipe).is_dir()


def build(recipes: Iterable[Recipe], tell: Tell) -> None:
    """Build what is missing, one after the other, and tell how it goes.

    Raises:
        BuildFailedError: Go refused; nothing half-built is left under the server's name.
    """
    missing = [recipe for recipe in recipes if not is_built(recipe)]
    if not missing:
        return
    go = toolchain.find(toolchain.needed(missing), cache(), tell)
    for number, recipe in enumerate(missing, 1):
        _alone(
            recipe, go, lambda word, number=number, name=recipe.name: tell(f"{name} ({number}/{len(missing)}){word}")
        )


def _alone(recipe: Recipe, go: Path, tell: Tell) -> None:
    whole.once(
        home_of(recipe),
        lambda making: _make(recipe, go, making, tell),
        lambda: tell(": another build is at it; waiting for it"),
    )


def _make(recipe: Recipe, go: Path, making: Path, tell: Tell) -> None:
    making.mkdir()
    started = time.monotonic()
    environ = toolchain.environment(toolchain.compiler(go, cache(), tell) if recipe.with_c else "")
    for name, package in recipe.programs.items():
        ldflags = f"-s -w {recipe.ldflags}".strip()
        told = ["-tags", recipe.tags, "-ldflags", ldflags]
        command = [str(go), "build", "-v", *told, "-o", str(making / name), package]
        _told(command, recipe.folder, environ, lambda word, name=name: tell(f": {name}, {word}"))
    for copied in recipe.copied:
        _copy(_folder_of(copied.module, go, recipe.folder) / copied.path, making / copied.name)
    tell(f": built in {time.monotonic() - started:.0f} s")


def _told(command: list[str], folder: Path, environ: dict[str, str], tell: Tell) -> None:
    """Run a build, and tell every now and then how far it is."""
    started, lines = time.monotonic(), [""]
    tell("reading its modules")
    with subprocess.Popen(command, cwd=folder, env=environ, stderr=subprocess.PIPE, text=True) as process:
        reader = threading.Thread(target=lambda: lines.extend(process.stderr or ()), daemon=True)
        reader.start()
        while reader.is_alive():
            reader.join(PULSE)
            if reader.is_alive():
                tell(f"{time.monotonic() - started:.0f} s, {_progress(lines)}")
    if process.returncode:
        raise BuildFailedError("".join(["\n", *lines[-20:], f"{' '.join(command)} in {folder} failed"]))


def _progress(lines: list[str]) -> str:
    fetched = sum(line.startswith("go: downloading") for line in lines)
    return f"{fetched} modules fetched, {len(lines) - 1 - fetched} packages compiled"


def _folder_of(module: str, go: Path, folder: Path) -> Path:
    """Return where Go keeps a module, fetched if need be."""
    asked = [str(go), "mod", "download", "-json", module]
    told = subprocess.run(asked, cwd=folder, env=toolchain.environment(), check=True, capture_output=True, text=True)
    return Path(json.loads(told.stdout)["Dir"])


def _copy(source: Path, target: Path) -> None:
    """Copy a file or a folder so that it can be deleted again: Go's own files are read-only."""
    if source.is_dir():
        shutil.copytree(source, target, copy_function=shutil.copyfile)
        for folder in [target, *(path for path in target.rglob("*") if path.is_dir())]:
            folder.chmod(0o755)
    else:
        shutil.copyfile(source, target)
