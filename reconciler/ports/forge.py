"""The forge: where changes to the repository are proposed, reviewed and merged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from reconciler.model.ids import CommitId
from reconciler.model.observed import Proposal


@dataclass(frozen=True, slots=True)
class ProposalOrder:
    """A proposal as it is handed to a forge: new values at paths (`a.b`) of one YAML file, off commit `base`.

    Comments and order of the file are kept. `title` is the commit's first line, `body` (Markdown) the evidence.
    """

    name: str
    base: CommitId
    file: str
    edits: Mapping[str, Any]
    title: str
    body: str = ""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a merge was agreed on: the proposal's head, and the new values at paths of one file that it brings.

    A branch of a proposal is anybody's who may push; nothing but this may come to the watched branch by its name.
    """

    head: CommitId
    file: str
    edits: Mapping[str, Any]


class Forge(Protocol):
    """Branches that wait for a merge, with a page for review where the forge has one."""

    def list(self) -> Mapping[str, Proposal]:
        """List this environment's proposals by name: the open ones, and those ended whose branch is still there."""

    def propose(self, order: ProposalOrder) -> None:
        """Open a proposal, unless one of that name is open."""

    def merge(self, name: str, agreed: Agreed | None = None) -> CommitId:
        """Merge an open proposal into the watched branch; what a person asks for is merged as it is, without `agreed`.

        Raises:
            Raced: the watched branch moved meanwhile, or the proposal's head isn't the one that was agreed on.
            Refused: it conflicts, or it brings something else than what was agreed on.
        """

    def close(self, name: str) -> None:
        """Take a proposal away, whether or not it is there."""
