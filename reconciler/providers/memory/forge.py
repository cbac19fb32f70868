"""Proposals in memory: commits on branches of a `MemorySource`, merged into its watched branch."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import yaml

from reconciler.git.names import is_run_name
from reconciler.model.edits import names_of
from reconciler.model.errors import Raced, Refused
from reconciler.model.ids import CommitId
from reconciler.model.observed import Proposal, ProposalState
from reconciler.ports.forge import Agreed, ProposalOrder
from reconciler.providers.memory.source import MemorySource, Snapshot, SourceRoom
from reconciler.providers.memory.world import Room, World, verb
from reconciler.yaml.edit import edit_yaml
from runners.contract.mistakes import shown


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal: what was ordered, its commit, and the merge that took it in."""

    order: ProposalOrder
    commit: CommitId
    merged: CommitId | None = None


class ForgeRoom(Room):
    """All proposals by environment and name, and the evidence of each, which a reviewer reads."""

    def __init__(self) -> None:
        self.proposals: dict[tuple[str, str], Proposed] = {}


class MemoryForge:
    """Proposals to a repository in memory.

    Args:
        world: where it lives.
        source: the repository and its watched branch.
        environment: whose proposals these are.
    """

    def __init__(self, world: World, source: MemorySource, environment: str = "dev") -> None:
        self.world = world
        self._source = source
        self._environment = environment

    @property
    def _room(self) -> ForgeRoom:
        return self.world.room(ForgeRoom)

    @verb("forge")
    def list(self) -> Mapping[str, Proposal]:
        """List this environment's proposals by name, open and merged; a merge by a person counts too."""
        names = sorted(name for whose, name in self._room.proposals if whose == self._environment)
        return {name: self._shown(name, held) for name in names if (held := self._find(name))}

    def _find(self, name: str) -> Proposed | None:
        """Return a proposal; one whose branch a reviewer has deleted is declined, and none any more."""
        is_there = self._branch(name) in self._source.room.branches
        return self._room.proposals.get((self._environment, name)) if is_there else None

    def _shown(self, name: str, held: Proposed) -> Proposal:
        state = ProposalState.MERGED if self._is_merged(held) else ProposalState.OPEN
        head = self._source.room.branches[self._branch(name)]
        is_open = state is ProposalState.OPEN
        by_hand = is_open and head != held.commit
        conflicts = is_open and not by_hand and self._conflicts(held)
        return Proposal(name, self._branch(name), head, state, by_hand=by_hand, conflicts=conflicts)

    def _conflicts(self, held: Proposed) -> bool:
        head = self._source.room.branches.get(self._source.branch)
        if head is None:
            return False
        try:
            self._merged_text(held, self._source.room.commits[head])
        except Refused:
            return True
        return False

    def _is_merged(self, held: Proposed) -> bool:
        repository = self._source.room
        head = repository.branches.get(self._source.branch)
        return head is not None and repository.descends(head, held.commit)

    def _branch(self, name: str) -> str:
        return f"proposals/{self._environment}/{name}"

    @verb("forge")
    def propose(self, order: ProposalOrder) -> None:
        """Open a proposal, unless one of that name is open.

        Raises:
            Refused: the file can't be edited, there is no such commit to start from, or the name isn't one.
        """
        if not is_run_name(order.name):
            raise Refused(
                f"{shown(order.name[:200])} can't be the name of a proposal", "it is named <kind>/<name>/<digest>"
            )
        room, repository = self._room, self._source.room
        known = self._find(order.name)
        if known is not None and not self._is_merged(known):
            return
        if order.base not in repository.commits:
            raise Refused(f"the repository has no commit {order.base} to propose a change to")
        base = repository.commits[order.base]
        text = edit_yaml(_text(repository, base, order.file), order.edits, order.file)
        message = f"{order.title}\n\n{order.body}"
        changed = _with(repository, base, order.file, text)
        commit = repository.put(replace(changed, parents=(order.base,), message=message))
        repository.branches[self._branch(order.name)] = commit
        room.proposals[self._environment, order.name] = Proposed(order, commit)

    @verb("forge")
    def merge(self, name: str, agreed: Agreed | None = None) -> CommitId:
        """Merge an open proposal into the watched branch; one that is merged stays so.

        Raises:
            Raced: its head isn't the one that was agreed on.
            Refused: it conflicts, brings something else, or there is no such proposal.
        """
        held = self._find(name)
        repository = self._source.room
        head = repository.branches.get(self._source.branch)
        if held is None or head is None:
            raise Refused(f"there is no proposal {name} to merge: it was closed, or never made")
        if self._is_merged(held):
            return held.merged or head
        if agreed is not None:
            self._demand(name, agreed, held)
        text = self._merged_text(held, repository.commits[head])
        changed = _with(repository, repository.commits[head], held.order.file, text)
        merged = repository.put(replace(changed, parents=(head, held.commit), message=f"Merge {name}"))
        repository.branches[self._source.branch] = merged
        self._room.proposals[self._environment, name] = Proposed(held.order, held.commit, merged)
        return merged

    def _demand(self, name: str, agreed: Agreed, held: Proposed) -> None:
        """See that a proposal is what was agreed on.

        Raises:
            Raced: its head is another one.
            Refused: it brings something else.
        """
        head = self._source.room.branches[self._branch(name)]
        if head != agreed.head:
            raise Raced(f"the branch of proposal {name} has moved", "it is looked at again")
        if head != held.commit or (held.order.file, held.order.edits) != (agreed.file, agreed.edits):
            raise Refused(f"proposal {name} isn't what was proposed", "merge it by hand, or close it")

    def _merged_text(self, held: Proposed, head: Snapshot) -> str:
        """Merge three ways: what the proposal sets must be, at the head, as it was at the proposal's base."""
        repository, order = self._source.room, held.order
        base, ours = (_text(repository, snapshot, order.file) for snapshot in (repository.commits[order.base], head))
        for path, wanted in order.edits.items():
            found = _value(ours, path)
            if found not in (wanted, _value(base, path)):
                raise Refused(
                    f"{order.name} conflicts: {path} of {order.file} was changed on {self._source.branch} meanwhile",
                    "close the proposal; a new one is made from the newest commit",
                )
        return edit_yaml(ours, order.edits, order.file)

    @verb("forge")
    def close(self, name: str, why: str = "") -> None:  # noqa: ARG002  there is no page
        """Take a proposal away, whether or not it is there."""
        self._room.proposals.pop((self._environment, name), None)
        self._source.room.branches.pop(self._branch(name), None)


def _text(repository: SourceRoom, snapshot: Snapshot, file: str) -> str:
    blob = snapshot.files.get(file)
    return repository.blobs[blob].decode() if blob else ""


def _value(text: str, path: str) -> Any:
    value = yaml.safe_load(text)
    for name in names_of(path):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _with(repository: SourceRoom, onto: Snapshot, file: str, text: str) -> Snapshot:
    """Return a commit's files with a new text for one of them."""
    return replace(onto, files=MappingProxyType({**onto.files, file: repository.blob(text)}))
