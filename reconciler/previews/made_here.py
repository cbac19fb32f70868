"""Which commits of a preview's branch are applied: those that were made here, and what promotions pinned on top.

Its branch is anybody's who may push. What else is on it (another environment's file, other code, other pools) is
applied by nobody: the last commit that was made here stays in force.
"""

from collections.abc import Callable

from reconciler.model.errors import Refused
from reconciler.model.ids import CommitId


class MadeHere:
    """Decides whether a commit of a preview's branch may be applied. Any thread may use it.

    Args:
        essence: names all that a commit has, but for what promotions pin.
    """

    def __init__(self, essence: Callable[[CommitId], str]) -> None:
        self._essence = essence
        self._allowed: tuple[str, ...] = ()

    def allow(self, essence: str) -> None:
        """Have commits of this essence applied from now on, and of the one before it: that is in force until then."""
        if self._allowed[-1:] != (essence,):
            self._allowed = (*self._allowed[-1:], essence)

    def demand(self, commit: CommitId, former: CommitId | None) -> None:  # noqa: ARG002  the loop's
        """Hold a commit against what was made here.

        Raises:
            Refused: it is something else.
            Unavailable: the repository can't be read.
        """
        if self._essence(commit) not in self._allowed:
            raise Refused("it is not as it was made here: somebody pushed to its branch", "it is made anew soon")

    def merge_flaw(self, _commit: CommitId, /) -> str:
        """Find none: what is merged to a preview's branch needs no signature."""
        return ""
