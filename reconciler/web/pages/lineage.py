"""Lineage: from a resource both ways, to the commits that its specs came by and to who merged them."""

import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from reconciler.git.history import LogEntry
from reconciler.model.ids import Address, CommitId, RunName, kind_of, owner_of
from reconciler.watched.branch import Source
from reconciler.web.pages.documents import document, mapping, mappings, text
from reconciler.web.pages.links import holder
from reconciler.web.pages.snapshot import Snapshot
from reconciler.web.pages.trials import RUN, answering, live

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")

MOST = 60
"""Resources that are listed in each direction."""
MOST_FILES = 24
"""Resources whose commits are looked up: each asks the history."""
MOST_RUNS = 6
"""Runs that are listed of a resource."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A file that a resource is made of: the commit that last changed it, and the merge that brought that."""

    file: str
    changed: LogEntry | None
    arrived: LogEntry | None

    @property
    def merged_by(self) -> str:
        """Return who merged it; nobody where it was committed to the branch directly."""
        return self.arrived.author if self.arrived and self.arrived.is_merge else ""


@dataclass(frozen=True, slots=True)
class Step:
    """A resource on the way: how far away, how it stands, what stands for it now, and where its specs are from."""

    address: Address
    depth: int
    state: str
    made: Sequence[tuple[str, LogEntry | None]]
    """Runs, with the commit that asked for each where its result tells."""
    origins: Sequence[Origin]


class Look(Protocol):
    """Looks up what the history of the watched branch tells."""

    def origin(self, commit: CommitId, path: str) -> tuple[LogEntry | None, LogEntry | None]:
        """Return the commit that last changed a file, and the one that brought it to the branch."""

    def entry(self, commit: str) -> LogEntry | None:
        """Return a commit; None where it isn't there."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """A resource, what it is made from, and what is made from it, the nearest first."""

    itself: Step
    above: Sequence[Step]
    below: Sequence[Step]
    left_out: int


def lineage(one: Snapshot, address: Address, look: Look) -> Lineage:
    """Return the lineage of a resource.

    Args:
        one: its environment.
        address: its address.
        look: looks up commits.

    Raises:
        Unavailable: the repository can't be read.
    """
    served = live(one)
    edges = _Edges(one, served)
    above, below = (_walk(address, step) for step in (edges.above, edges.below))
    states = {row.address: row.state for row in one.rows}
    told = [(address, 0), *above[:MOST], *below[:MOST]]
    steps = [
        Step(
            each,
            depth,
            states.get(each, ""),
            [_with_commit(one, run, look) for run in _made(one, each, served)[:MOST_RUNS]],
            _origins(one, each, look) if place < MOST_FILES else (),
        )
        for place, (each, depth) in enumerate(told)
    ]
    split = 1 + len(above[:MOST])
    left_out = len(above[MOST:]) + len(below[MOST:])
    return Lineage(steps[0], steps[1:split], steps[split:], left_out)


class _Edges:
    """What is made from what: as the specs say, and by the models that answer. Pools are where things run."""

    def __init__(self, one: Snapshot, served: frozenset[str]) -> None:
        self._one = one
        self._made: dict[Address, list[Address]] = {}
        self._makes: dict[Address, list[Address]] = {}
        for row in one.rows if served else ():
            if row.kind == "deployments":
                owners = {holder(one, owner_of(RunName(run))) for run in answering(one.facts(row.address))}
                for owner in sorted(filter(None, owners)):
                    self._made.setdefault(Address(row.address), []).append(owner)
                    self._makes.setdefault(owner, []).append(Address(row.address))

    def above(self, address: Address) -> Sequence[Address]:
        return _without_pools([*self._one.needs(address), *self._made.get(address, ())])

    def below(self, address: Address) -> Sequence[Address]:
        return _without_pools([*self._one.needed_by(address), *self._makes.get(address, ())])


def _without_pools(told: Sequence[Address]) -> Sequence[Address]:
    return [address for address in dict.fromkeys(told) if kind_of(address) != "pools"]


def _with_commit(one: Snapshot, run: str, look: Look) -> tuple[str, LogEntry | None]:
    provenance = mapping(document(one.tree, f"reports/{run}/result.json"), "provenance")
    return run, look.entry(text(provenance.get("commit")))


def _walk(address: Address, step: Callable[[Address], Sequence[Address]]) -> list[tuple[Address, int]]:
    """Return what is reached by steps in one direction, the nearest first."""
    found: OrderedDict[Address, int] = OrderedDict({address: 0})
    for each in (waiting := [address]):
        for other in step(each):
            if other not in found:
                found[other] = found[each] + 1
                waiting.append(other)
    return list(found.items())[1:]


def _made(one: Snapshot, address: Address, served: frozenset[str]) -> Sequence[str]:
    """Return the runs that stand for a resource now."""
    facts = one.facts(address)
    own = [text(facts.get(key)) for key in ("trial", "version", "candidate", "newest")]
    if not any(own):
        rows = mappings(facts, "leaderboard")
        best = [text(row.get("run")) for row in rows[:1]]
        own = [text(facts.get("run")), *best, *(run for row in rows if (run := text(row.get("run"))) in served)]
    return list(dict.fromkeys(run for run in own if RUN.fullmatch(run)))


def _origins(one: Snapshot, address: Address, look: Look) -> Sequence[Origin]:
    found = one.desired.resources.get(address) if one.desired else None
    if one.desired is None or found is None:
        return ()
    return [Origin(file, *look.origin(one.desired.commit, file)) for file in list(found.origins)[:4]]


class Origins:
    """Looks up where files of a branch are from, and keeps what it found: it never changes for a commit.

    Args:
        source: the watched branch.
    """

    KEPT = 2000

    def __init__(self, source: Source) -> None:
        self._source = source
        self._known: dict[tuple[str, str], tuple[LogEntry | None, LogEntry | None]] = {}

    def entry(self, commit: str) -> LogEntry | None:
        """Return a commit; None where it isn't there."""
        if not _COMMIT.fullmatch(commit) or self._source.repository.objects.find(f"{commit}^{{commit}}") is None:
            return None
        return next(iter(self._source.log(None, CommitId(commit), limit=1)), None)

    def origin(self, commit: CommitId, path: str) -> tuple[LogEntry | None, LogEntry | None]:
        """Return the commit that last changed a file, and the one that brought it to the branch."""
        known = self._known.get((commit, path))
        if known is None:
            while len(self._known) >= self.KEPT:
                self._known.pop(next(iter(self._known)), None)
            known = self._known[commit, path] = self._source.origin(commit, path)
        return known


def inputs(result: object) -> Sequence[tuple[str, str]]:
    """Return what a run was made from, as its result tells: its role, and the run."""
    told = mapping(result, "provenance")
    pairs = [(str(key).removeprefix("input_"), text(run)) for key, run in told.items() if str(key).startswith("input_")]
    return [(role, run) for role, run in pairs if RUN.fullmatch(run)]
