"""The forge: where changes to the repository are proposed, reviewed and merged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from reconciler.model.ids import CommitId
from reconciler.model.notifications import Event
from reconciler.model.observed import Proposal
from reconciler.model.reviews import Review


@dataclass(frozen=True, slots=True)
class ProposalOrder:
    """A proposal as it is handed to a forge: new values at paths (`a.b`) of one YAML file, off commit `base`.

    Comments and order of the file are kept. `title` is the commit's first line, `body` (Markdown) the evidence.
    `pictures` are files of the environment's status branch by their paths, with what each shows. `author` is who asked
    for it, `name <address>`; by default it is the daemon's own.
    """

    name: str
    base: CommitId
    file: str
    edits: Mapping[str, Any]
    title: str
    body: str = ""
    pictures: Mapping[str, str] = field(default_factory=dict)
    author: str = ""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a merge was agreed on: the proposal's head, and the new values at paths of one file that it brings.

    A branch of a proposal is anybody's who may push; nothing but this may come to the watched branch by its name.

    Where people have to approve, `reviews` is all that they said of it: one who takes an approval back, or asks for
    changes, after it was looked at isn't passed over. Nor is one who has left one of the `teams` that were asked for.
    Who may approve at all stands on the watched branch, at the commit `base`: where that says something else by now, it
    is looked at again.
    """

    head: CommitId
    file: str
    edits: Mapping[str, Any]
    reviews: tuple[Review, ...] | None = None
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    base: CommitId | None = None


@dataclass(frozen=True, slots=True)
class CauseNote:
    """What a forge tells people of one cause: `name` is the cause's, the same from its beginning to its end.

    `release` is the proposal whose merge released what it is about, empty where none did; `body` is Markdown.
    """

    name: str
    event: Event
    title: str
    body: str
    release: str = ""


@runtime_checkable
class Noticeboard(Protocol):
    """A forge that tells people what needs them, beside what they talk about there."""

    def post(self, note: CauseNote) -> None:
        """Say it, unless that is said already: on the pull request that released what it is about, or as an issue.

        What has ended is said to have: a comment is written anew, an issue closed.

        Raises:
            Refused: we may not, or there is nowhere to say it.
            Unavailable: the forge is out of reach.
        """


class Forge(Protocol):
    """Branches that wait for a merge, with a page for review where the forge has one."""

    def list(self) -> Mapping[str, Proposal]:
        """List this environment's proposals by name: the open ones, and those ended whose branch is still there."""

    def propose(self, order: ProposalOrder) -> None:
        """Open a proposal, unless one of that name is open."""

    def merge(self, name: str, agreed: Agreed | None = None) -> CommitId:
        """Merge an open proposal into the watched branch; what a person asks for is merged as it is, without `agreed`.

        Raises:
            Raced: the watched branch moved meanwhile, the proposal's head isn't the one that was agreed on, or people
                say something else of it by now.
            Refused: it conflicts, or it brings something else than what was agreed on.
        """

    def close(self, name: str, why: str = "") -> None:
        """Take a proposal away, whether or not it is there; on its page, where it has one, it says why."""
