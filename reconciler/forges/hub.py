"""What is asked of every forge that has pull requests: the dozen calls, each in that forge's own words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from reconciler.model.ids import CommitId
from reconciler.model.reviews import Annotation, BranchRules, Comment, CommitStatus, PullRequest, Review


class Merge(StrEnum):
    """What became of a merge that was asked for."""

    DONE = "done"
    LATER = "later"
    """The forge is still computing whether it can be merged, or merges it by and by."""
    MOVED = "moved"
    """The branch has another head than the one that was to be merged."""
    CONFLICT = "conflict"


@runtime_checkable
class Ruled(Protocol):
    """A forge that tells what it asks of a change to a branch."""

    def rules(self, base: str) -> BranchRules:
        """Return the rules of a branch."""


@runtime_checkable
class Teamed(Protocol):
    """A forge that tells who belongs to a team."""

    def members(self, team: str) -> frozenset[str]:
        """Return the members of a team: `team`, of whom the repository belongs to, or `owner/team`.

        Raises:
            Absent: there is none, or none that we may see.
        """


@runtime_checkable
class Annotates(Protocol):
    """A forge that shows what is wrong beside the lines of a commit."""

    def annotate(self, commit: CommitId, context: str, annotations: Sequence[Annotation]) -> None:
        """Show these in place of what was shown under that name; where we may not, nothing."""


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue: its number, what its author wrote, and whether it is open."""

    number: int
    text: str
    is_open: bool = True
    author: str = ""


class Issues(Protocol):
    """The issues of a repository, as `Hub` promises for its own verbs."""

    def by(self, author: str) -> Iterator[Issue]:
        """Yield somebody's issues, open or not, the newest first, page by page as they are asked for."""

    def open(self, title: str, body: str) -> None:
        """Open an issue."""

    def say(self, number: int, body: str) -> None:
        """Comment on an issue."""

    def close(self, number: int) -> None:
        """Close an issue, whether or not it is open."""


@runtime_checkable
class Tracks(Protocol):
    """A forge that has issues."""

    @property
    def issues(self) -> Issues:
        """Return the repository's issues."""


@runtime_checkable
class Queues(Protocol):
    """A forge that has merge queues."""

    @property
    def queues(self) -> str:
        """Return the folder of refs in which it keeps, for each branch that has a queue, a folder of what waits."""


class Hub(Protocol):
    """One repository on a forge. Lists are complete or raise; what comes back is checked and bounded.

    All raise Unavailable where the forge doesn't answer, and Refused where it says no for good.
    """

    @property
    def place(self) -> str:
        """Return the forge as messages name it."""

    @property
    def refs(self) -> str:
        """Return the folder of refs below which the forge keeps the heads of pull requests, such as `refs/pull`."""

    def me(self) -> str:
        """Return our own name on the forge, under which we comment."""

    def pulls(self, base: str) -> Sequence[PullRequest]:
        """Return the open pull requests to a branch."""

    def latest(self, base: str, branch: str) -> PullRequest | None:
        """Return the newest pull request from a branch of the repository itself, open or not."""

    def open(self, base: str, branch: str, title: str, body: str) -> PullRequest:
        """Open a pull request from a branch of the repository itself; the one that is open already, if one is."""

    def close(self, number: int) -> None:
        """Close a pull request unmerged, whether or not it is open."""

    def merge(self, number: int, head: CommitId, message: str) -> Merge:
        """Merge a pull request by a merge commit, if its branch is where we think.

        Raises:
            Declined: the repository's rules forbid it.
        """

    def reviews(self, number: int) -> Sequence[Review]:
        """Return the newest opinion of each person that the forge lets count, and doesn't call stale or dismissed."""

    def comments(self, number: int) -> Sequence[Comment]:
        """Return the comments on a pull request, the oldest first."""

    def say(self, number: int, text: str) -> Comment:
        """Comment on a pull request."""

    def edit(self, number: int, comment: int, text: str) -> None:
        """Write a comment anew."""

    def statuses(self, commit: CommitId) -> Sequence[CommitStatus]:
        """Return the newest status of every context of a commit, whichever way the forge has others report it."""

    def judge(self, commit: CommitId, status: CommitStatus) -> None:
        """Give a commit a status."""
