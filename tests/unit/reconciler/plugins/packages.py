"""Packages of others, written to a folder as an installer leaves them."""

from collections.abc import Mapping
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path

from reconciler.plugins.built_in import BUILT_IN
from reconciler.plugins.discovery import PROVIDERS, RUNNERS, Plugins


def package(folder: Path, name: str, points: Mapping[str, Mapping[str, str]], code: str = "") -> tuple[EntryPoint, ...]:
    """Write a package with entry points by group, and a module of its name; return the entry points."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    text = "".join(
        f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in told.items()) for group, told in points.items()
    )
    (info / "entry_points.txt").write_text(text)
    (folder / f"{name}.py").write_text(code)
    return tuple(Distribution.at(info).entry_points)


def plugins_with(*points: EntryPoint) -> Plugins:
    """Return the plugins of an interpreter that has these beside the built-in ones."""
    return Plugins(lambda group: (*BUILT_IN[group], *(point for point in points if point.group == group)))


__all__ = ["PROVIDERS", "RUNNERS", "package", "plugins_with"]
