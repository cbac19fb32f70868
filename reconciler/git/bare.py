"""Bare repositories of Setpoint's own: made whole or not at all, whoever else makes them at the same time."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from reconciler.disk import draft_of
from reconciler.git.process import checked
from reconciler.model.errors import Unavailable

NOTHING: Mapping[str, str] = MappingProxyType({})


def make_bare(git_dir: Path, settings: Mapping[str, str] = NOTHING) -> Path:
    """Make a bare repository unless it is there; return its folder.

    Args:
        git_dir: where it is to be.
        settings: its configuration, such as `core.compression`.

    Raises:
        Unavailable: the folder can't be made.
    """
    git_dir = git_dir.absolute()
    if (git_dir / "HEAD").exists():
        return git_dir
    with draft_of(git_dir) as draft:
        checked(draft, "init", "--quiet", "--bare", "--template=", "--initial-branch=main")
        with (draft / "config").open("a", encoding="utf-8") as config:
            config.writelines(_setting(key, value) for key, value in settings.items())
    if not (git_dir / "HEAD").exists():
        raise Unavailable(f"{git_dir} is no Git repository", "something else is in its place; move that away")
    return git_dir


def _setting(key: str, value: str) -> str:
    section, _, name = key.partition(".")
    return f"[{section}]\n\t{name} = {value}\n"
