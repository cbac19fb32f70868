"""Commits as people name them: `HEAD` is that of the clone one stands in, pushed or not."""

from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.home import MIRROR
from reconciler.model.errors import Refused
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.model.ids import CommitId
    from reconciler.watched.branch import Source


def found(settings: Settings, source: "Source", revision: str) -> "tuple[CommitId, Source]":
    """Return the commit that a revision names, and the repository that has it.

    In a clone of the watched repository a revision means what it means to `git` there; elsewhere a branch, a tag or a
    commit of the watched repository.

    Raises:
        Refused: there is no such commit in either.
        Unavailable: the repository is out of reach.
    """
    clone = _clone(settings)
    if clone is not None:
        try:
            return clone.resolve(revision), clone
        except Refused:
            pass
    return source.resolve(revision), source


def _clone(settings: Settings) -> "Source | None":
    """Open the clone of the watched repository that one stands in, if it is one."""
    from reconciler.cli.scope import top
    from reconciler.git.init import origin_of
    from reconciler.watched.branch import Source

    here = top()
    if here is None or str(here) == settings.repository or not _same(origin_of(here), settings.repository):
        return None
    return Source.open(str(here), settings.branch, settings.home / MIRROR)


def _same(origin: str | None, repository: str) -> bool:
    if origin is None or origin == repository:
        return origin is not None
    return "://" not in origin and Path(origin).absolute() == Path(repository)
