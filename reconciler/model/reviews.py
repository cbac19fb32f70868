"""Pull requests and what is said on them: values, as every forge has them under one name or another."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from reconciler.model.ids import CommitId


class PullState(StrEnum):
    """Where a pull request is."""

    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request, or merge request, to the watched branch.

    Attributes:
        number: what people call it by.
        branch: the branch that it wants merged, by its name in the repository that it comes from.
        commit: that branch's head, as the forge knows it.
        ref: where the watched repository has that head, a fork's too: `refs/pull/7/head`.
        author: who opened it, by the name on the forge.
        is_fork: whether its branch lies in another repository than the watched one.
        url: its page.
        labels: the labels that it bears.
        is_draft: whether its author says that it isn't done.
        updated: when anything of it changed, in the forge's words; empty where it doesn't tell of every change.
    """

    number: int
    branch: str
    commit: CommitId
    ref: str = ""
    state: PullState = PullState.OPEN
    title: str = ""
    author: str = ""
    is_fork: bool = False
    url: str = ""
    labels: frozenset[str] = frozenset()
    is_draft: bool = False
    updated: str = ""


@dataclass(frozen=True, slots=True)
class Queued:
    """What a forge's merge queue would make of the watched branch, and waits to merge until we say that it may.

    Attributes:
        ref: where the watched repository has it.
        commit: that ref's head: the merge of one pull request, on top of those that are before it in the queue.
    """

    ref: str
    commit: CommitId


@dataclass(frozen=True, slots=True)
class Annotation:
    """What is wrong at one line of a file."""

    file: str
    line: int
    message: str
    is_error: bool = True


class Opinion(StrEnum):
    """What a reviewer says of a pull request."""

    APPROVED = "approved"
    DECLINED = "declined"
    """Changes are asked for."""


@dataclass(frozen=True, slots=True)
class Review:
    """The newest opinion of one person that the forge lets count, and the head that it was said of."""

    author: str
    commit: CommitId
    opinion: Opinion


@dataclass(frozen=True, slots=True)
class Team:
    """Who belongs to a team. `unread` says why nobody knows that; then there are no members.

    One that `is_stated` is as the environment has it, and not as a forge does; one that `is_absent` no forge knows.
    """

    members: frozenset[str] = frozenset()
    unread: str = ""
    is_stated: bool = False
    is_absent: bool = False


class Verdict(StrEnum):
    """What a commit status says: may it be merged, as far as we can tell?"""

    PENDING = "pending"
    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"
    """We couldn't find out."""


def context_of(environment: str) -> str:
    """Return what the commit statuses of an environment are called."""
    return f"setpoint/{environment}"


LONGEST_DESCRIPTION = 140
"""Characters of a status's line: what GitHub takes."""


@dataclass(frozen=True, slots=True)
class CommitStatus:
    """A commit status: one line beside a commit, under a name, the context. `url` leads to more."""

    context: str
    verdict: Verdict
    description: str = ""
    url: str = ""

    def fitted(self) -> "CommitStatus":
        """Return the same with a line that every forge takes."""
        if len(self.description) <= LONGEST_DESCRIPTION:
            return self
        return replace(self, description=self.description[: LONGEST_DESCRIPTION - 1] + "…")


@dataclass(frozen=True, slots=True)
class BranchRules:
    """What a forge asks of a change to a branch, and what we may do there past that; None where it isn't told to us.

    Attributes:
        is_protected: whether there are any rules.
        approvals: how many approvals a merge needs.
        contexts: the commit statuses that have to succeed before it.
        dismisses_stale: whether a push takes back the approvals that were given before.
        we_may_push: whether our user may go past the rules, be it by a push or by merging against them.
        we_administer: whether our user may change the rules.
        unneeded: rights to write that we were granted and don't use.
        sees_checks: whether we may see all that others report of a commit.
    """

    is_protected: bool
    approvals: int | None = 0
    contexts: frozenset[str] | None = frozenset()
    dismisses_stale: bool | None = None
    we_may_push: bool | None = None
    we_administer: bool | None = None
    unneeded: frozenset[str] = frozenset()
    sees_checks: bool | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """How often a forge may be asked, as it says itself, and has been; None where it doesn't say.

    Attributes:
        requests: requests so far, by the first digit of the answer's status: `2xx`.
        remaining: requests that are left until the limit is renewed.
        limit: requests that there are each time.
        renewed: when the limit is renewed, in seconds since 1970.
    """

    requests: Mapping[str, int]
    remaining: int | None = None
    limit: int | None = None
    renewed: int | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a pull request; `author` is the name on the forge."""

    id: int
    text: str
    author: str = ""
