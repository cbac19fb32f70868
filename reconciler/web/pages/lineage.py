"""Lineage: from a resource both ways, to the commits that its specs came by and to who merged them."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reconciler.git.history import LogEntry
from reconciler.model.ids import Address, CommitId
from reconciler.watched.branch import Source
from reconciler.web.pages.documents import mapping, mappings, text
from reconciler.web.pages.snapshot import Snapshot
from reconciler.web.pages.trials import RUN, live

MOST = 60
"""Resources that are listed in each direction."""
MOST_FILES = 24
"""Resources whose commits are looked up: each asks the history."""


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
    made: Sequence[str]
    origins: Sequence[Origin]


Look = Callable[[CommitId, str], tuple[LogEntry | None, LogEntry | None]]


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
        look: finds the commit that last changed a file, and the one that brought it.

    Raises:
        Unavailable: the repository can't be read.
    """
    above, below = (_walk(address, step) for step in (one.needs, one.needed_by))
    served = live(one)
    states = {row.address: row.state for row in one.rows}
    told = [(address, 0), *above[:MOST], *below[:MOST]]
    steps = [
        Step(
            each,
            depth,
            states.get(each, ""),
            _made(one, each, served),
            _origins(one, each, look) if place < MOST_FILES else (),
        )
        for place, (each, depth) in enumerate(told)
    ]
    split = 1 + len(above[:MOST])
    left_out = len(above[MOST:]) + len(below[MOST:])
    return Lineage(steps[0], steps[1:split], steps[split:], left_out)


def _walk(address: Address, step: Callable[[str], Sequence[Address]]) -> list[tuple[Address, int]]:
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
        own = [text(facts.get("run")), *best, *(text(row.get("run")) for row in rows if row.get("run") in served)]
    return list(dict.fromkeys(run for run in own if RUN.fullmatch(run)))


def _origins(one: Snapshot, address: Address, look: Look) -> Sequence[Origin]:
    found = one.desired.resources.get(address) if one.desired else None
    if one.desired is None or found is None:
        return ()
    return [Origin(file, *look(one.desired.commit, file)) for file in list(found.origins)[:4]]


class Origins:
    """Looks up where files of a branch are from, and keeps what it found: it never changes for a commit.

    Args:
        source: the watched branch.
    """

    KEPT = 2000

    def __init__(self, source: Source) -> None:
        self._source = source
        self._known: dict[tuple[str, str], tuple[LogEntry | None, LogEntry | None]] = {}

    def __call__(self, commit: CommitId, path: str) -> tuple[LogEntry | None, LogEntry | None]:
        """Return the commit that last changed a file, and the one that brought it to the branch."""
        if (commit, path) not in self._known:
            while len(self._known) >= self.KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[commit, path] = self._source.origin(commit, path)
        return self._known[commit, path]


def inputs(result: object) -> Sequence[tuple[str, str]]:
    """Return what a run was made from, as its result tells: its role, and the run."""
    told = mapping(result, "provenance")
    pairs = [(str(key).removeprefix("input_"), text(run)) for key, run in told.items() if str(key).startswith("input_")]
    return [(role, run) for role, run in pairs if RUN.fullmatch(run)]
