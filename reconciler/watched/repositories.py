"""The repositories that one process has open."""

from pathlib import Path

from reconciler.git.remote import Access
from reconciler.git.repository import Repository, open_repository
from reconciler.watched.branch import Source


class Repositories:
    """Each repository once, for however many environments: a remote is asked once for all of them.

    Each environment has a branch of its own all the same, as what is kept of its commits is its own.
    """

    def __init__(self) -> None:
        self._open: dict[tuple[str, Path], Repository] = {}

    def source(self, place: str, branch: str, state: Path, access: Access | None = None) -> Source:
        """Open a branch of the repository at a path or URL. Nobody waits while one is opened for another.

        Raises:
            Refused: there is no repository, or the branch's name isn't one.
            Unavailable: the repository isn't there.
        """
        if (place, state) not in self._open:
            mine = open_repository(place, state, access)
            if self._open.setdefault((place, state), mine) is not mine:
                mine.close()
        return Source(self._open[place, state], branch)

    def cancel(self, most: float) -> None:
        """End what is under way with remotes; what comes later may take so many seconds at the most."""
        for repository in tuple(self._open.values()):
            repository.cancel(most)
