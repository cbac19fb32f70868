"""One environment's compositions, commit after commit."""

from collections.abc import Callable

from reconciler.compose.cache import Cache
from reconciler.compose.desired import compose
from reconciler.model.ids import CommitId
from reconciler.model.resource import Desired
from reconciler.ports.source import SourceTree


class Composer:
    """Composes commits for one environment. The last one is remembered whole, as a commit never changes.

    Args:
        tree: reads the files of a commit.
        environment: the environment's name.
    """

    def __init__(self, tree: Callable[[CommitId], SourceTree], environment: str) -> None:
        self._tree = tree
        self._environment = environment
        self._cache = Cache()
        self._last: tuple[CommitId, Desired] | None = None

    def __call__(self, commit: CommitId) -> Desired:
        """Compose a commit.

        Raises:
            BadSpec: the environment isn't there or its file is wrong.
            Refused: there is no such commit.
            Unavailable: the repository can't be read.
        """
        if self._last is None or self._last[0] != commit:
            self._last = (commit, compose(self._tree(commit), self._environment, self._cache))
        return self._last[1]
