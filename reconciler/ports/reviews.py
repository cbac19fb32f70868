"""Reviews: the pull requests that people open, and what we say on them. A forge without a page for reviews has none."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from reconciler.model.ids import CommitId
from reconciler.model.reviews import Allowance, Annotation, BranchRules, CommitStatus, PullRequest, Queued


@runtime_checkable
class Metered(Protocol):
    """A forge that counts how often it is asked."""

    def allowance(self) -> Allowance | None:
        """Return how often it may be asked, and has been; None where nobody counts that. Asks nobody."""


@runtime_checkable
class Teamed(Protocol):
    """A forge that knows who belongs to a team."""

    def members(self, team: str) -> frozenset[str]:
        """Return the names of a team's members, by the names that they approve under.

        Raises:
            Missing: it has no such team, or we may not see it.
            Refused: who belongs to it can't be told.
            Unavailable: the forge is out of reach.
        """


@runtime_checkable
class Queueing(Protocol):
    """A forge whose merge queue asks anew, of a commit of its own, what was asked of a pull request."""

    def queued(self) -> Sequence[Queued]:
        """Return what waits in the queue of the watched branch, as the repository was last heard of; asks nobody."""


@runtime_checkable
class Annotated(Protocol):
    """A forge that shows what is wrong beside the lines of a commit."""

    def annotate(self, commit: CommitId, context: str, annotations: Sequence[Annotation]) -> None:
        """Show these beside the lines of a commit in place of what was shown under that name, unless they are there.

        Where we may not, nothing is shown: the comment says it all.

        Raises:
            Refused: the forge takes them for wrong.
            Unavailable: the forge is out of reach.
        """


@runtime_checkable
class Browsable(Protocol):
    """A forge on which people read the repository's files."""

    def file(self, revision: str, path: str, line: int = 0) -> str:
        """Return where people read a file as it is at a commit or on a branch, at a line if one is told."""


@runtime_checkable
class Reviews(Protocol):
    """Pull requests to the watched branch. Nothing here merges, and nothing runs what they bring."""

    def me(self) -> str:
        """Return our own name on the forge."""

    def rules(self) -> BranchRules | None:
        """Return what the forge asks of a change to the watched branch; None where that can't be read."""

    def pulls(self) -> Sequence[PullRequest]:
        """Return the open pull requests, the oldest first; their heads can be read from the repository.

        Raises:
            Unavailable: the forge is out of reach.
        """

    def refresh(self) -> None:
        """Forget which pull requests are open: somebody says that this has changed."""

    def comment(self, number: int, text: str) -> None:
        """Say this on a pull request, in our one comment, which is written anew only where it says something else.

        Raises:
            Refused: we may not.
            Unavailable: the forge is out of reach.
        """

    def judge(self, commit: CommitId, status: CommitStatus) -> None:
        """Give a commit a status, unless it has that already.

        Raises:
            Refused: we may not.
            Unavailable: the forge is out of reach.
        """


@runtime_checkable
class Granting(Protocol):
    """A forge on which people ask for something by a label, and that tells who has done so.

    All raise Refused where the forge doesn't tell that, and Unavailable where it is out of reach.
    """

    def granter(self, pull: PullRequest, label: str) -> str:
        """Return who set a label on a pull request last; empty where nobody is known to have."""

    def may_write(self, person: str) -> bool:
        """Tell whether somebody may write to the repository."""

    def label(self, number: int, label: str, *, on: bool) -> None:
        """Set a label on a pull request, or take it off."""
