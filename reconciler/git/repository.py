"""A repository as the rest of the house sees it, on this machine or far away."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from reconciler.git.local import LocalRepository
from reconciler.git.objects import ObjectStore
from reconciler.git.refs import RefUpdate
from reconciler.git.remote import Access, RemoteRepository
from reconciler.model.errors import Refused
from runners.contract.mistakes import shown

_FAR = re.compile(r"(?:(?:https?|ssh|git|file)://\S+|[\w.-]+@[\w.-]+:\S+)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*::?//")


class Repository(Protocol):
    """Objects by id, and refs by compare-and-swap. Any number of threads may use it."""

    @property
    def place(self) -> str:
        """Return its path or URL, as people may see it."""

    @property
    def objects(self) -> ObjectStore:
        """Return its objects; those that `refs` has told of can be read."""

    @property
    def watched(self) -> Path | None:
        """Return the folder that changes when a ref moves, or None where only asking tells."""

    def refs(self, *patterns: str) -> Mapping[str, str]:
        """Return the object id of every ref that a pattern names, whole or as a folder above it.

        Raises:
            Unavailable: the repository is out of reach.
        """

    def heard(self, *patterns: str) -> Mapping[str, str]:
        """Return the object id of every ref that a pattern names, as it was last heard of; no remote is asked.

        Their objects may not be here yet.
        """

    def ref(self, name: str) -> str | None:
        """Return the object id of one ref by its full name; None where there is none.

        Raises:
            Unavailable: the repository is out of reach.
        """

    def swap(self, updates: Sequence[RefUpdate], *, patience: float | None = None) -> None:
        """Move refs together, each only if it is where it is expected; give up after so many seconds.

        Raises:
            Raced: a ref isn't where it was expected.
            Refused: the repository declines the movement.
            Unavailable: it is out of reach.
        """

    def advance(self, update: RefUpdate) -> None:
        """Move a branch to a descendant, and with it the work tree of a person who has it checked out.

        Raises:
            Raced: the branch isn't where it was expected.
            Refused: changes in the work tree are in the way, or the repository declines the movement.
            Unavailable: it is out of reach.
        """

    def default_branch(self) -> str:
        """Return the name of the branch that the repository's HEAD points to.

        Raises:
            Unavailable: the repository is out of reach.
        """

    def refresh(self, ref: str | None = None) -> None:
        """Forget what was heard of the refs, or of one, so that the next look asks again."""

    def anticipate(self, ref: str) -> None:
        """Look anew, and fetch one ref at the same time, as it is said to have moved.

        Raises:
            Unavailable: the repository is out of reach.
        """

    def cancel(self, most: float) -> None:
        """End what is under way with a remote; what comes later may take so many seconds at the most."""

    def close(self) -> None:
        """End the processes that serve it."""


def open_repository(place: str | Path, state: Path, access: Access | None = None) -> Repository:
    """Open a repository by its path, or by its URL (`https://`, `ssh://`, `git://`, `file://`, `user@host:path`).

    Args:
        place: the path or the URL. A path is written to directly; a URL is pushed to, even if it is `file://`.
        state: a folder for the mirrors of remote repositories, which may be deleted at any time.
        access: gives Git its credentials for a remote whose URL has none.

    Raises:
        Refused: there is no repository, or the URL is of an unknown kind.
        Unavailable: it can't be reached.
    """
    text = str(place)
    if _FAR.fullmatch(text):
        return RemoteRepository(text, state, access=access)
    if _SCHEME.match(text) or text.startswith("-"):
        raise Refused(f"{shown(text)} is no repository", "give a path, or a https://, ssh:// or file:// URL")
    return LocalRepository(Path(place))
