"""One environment as its repository tells it at one moment; what pages are made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from reconciler.lease.heartbeat import Heartbeat
from reconciler.model.condition import ready_of, shown_state
from reconciler.model.ids import Address, kind_of
from reconciler.model.page_access import PageAccess
from reconciler.model.resource import Desired
from reconciler.status.branch import StatusTree
from reconciler.status.read import Recorded

Made = TypeVar("Made")
STATES = ("stalled", "alerting", "reconciling", "waiting", "ready")
"""The states that are shown, what needs a person first."""


@dataclass(frozen=True, slots=True)
class Row:
    """One resource in a list: how it stands, why, and since when (ISO 8601; empty where nothing tells)."""

    address: str
    kind: str
    state: str
    reason: str
    message: str
    since: str


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What is known of an environment. Two are the same only if they are one: what is made of it is made once.

    Args:
        key: what it is called in URLs.
        environment: its name.
        repository: where its repository is, without credentials.
        tree: the files of its newest status commit.
        recorded: what they say.
        heartbeat: when its daemon was last alive.
        desired: what the commit asks for that the last pass saw; None where that can't be composed here.
        flaw: why the repository can't be read now; what is told is what was read last.
        access: who may do what here: as the newest commit says, and as the one says that was applied last.
        is_whole: whether it holds what tells of rows, too.
    """

    key: str
    environment: str
    repository: str
    tree: StatusTree = field(default_factory=lambda: StatusTree(None))
    recorded: Recorded = field(default_factory=Recorded)
    heartbeat: Heartbeat = field(default_factory=Heartbeat)
    desired: Desired | None = None
    flaw: str = ""
    access: tuple[PageAccess, ...] = ()
    is_whole: bool = True

    @property
    def tag(self) -> str:
        """Return what tells what is seen of it from what is seen of another moment, or by others."""
        return self.commit if self.is_whole or not self.commit else f"{self.commit}-part"

    @property
    def commit(self) -> str:
        """Return the status commit; empty where there is none yet."""
        return self.tree.commit or ""

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Return every resource, by address."""
        return tuple(_row(address, document) for address, document in sorted(self.recorded.statuses.items()))

    @cached_property
    def urgent(self) -> tuple[Row, ...]:
        """Return every resource, what needs a person first."""
        return tuple(sorted(self.rows, key=urgency))

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds that there are, sorted."""
        return tuple(sorted({row.kind for row in self.rows}))

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Return how many resources are in each state; states that none is in are left out."""
        return {state: n for state in STATES if (n := sum(row.state == state for row in self.rows))}

    def document(self, address: str) -> Mapping[str, Any] | None:
        """Return the status of one resource; None where there is none."""
        return self.recorded.statuses.get(Address(address))

    def facts(self, address: str) -> Mapping[str, Any]:
        """Return the facts of one resource; none where it isn't there."""
        return (self.document(address) or {}).get("facts") or {}

    def needs(self, address: str) -> tuple[Address, ...]:
        """Return the resources that one is made from."""
        found = self.desired.resources.get(Address(address)) if self.desired else None
        return found.references() if found else ()

    def needed_by(self, address: str) -> tuple[Address, ...]:
        """Return the resources that are made from one."""
        return self.desired.followers.get(Address(address), ()) if self.desired else ()


def urgency(row: Row) -> int:
    """Return a row's place among the states, by which what needs a person comes first."""
    return STATES.index(row.state) if row.state in STATES else 0


def once(make: Callable[[Snapshot], Made]) -> Callable[[Snapshot], Made]:
    """Return a function that makes something of a snapshot once, and forgets it with the snapshot."""
    kept: WeakKeyDictionary[Snapshot, Made] = WeakKeyDictionary()

    def made(one: Snapshot) -> Made:
        if one not in kept:
            kept[one] = make(one)
        return kept[one]

    return made


@lru_cache(4)  # as many watchers ask for the same at once
def changed(before: Snapshot | None, after: Snapshot) -> tuple[str, ...]:
    """Return the addresses whose status differs between two moments, sorted."""
    then = before.recorded.statuses if before else {}
    now = after.recorded.statuses
    every = then.keys() | now.keys()
    return tuple(sorted(a for a in every if then.get(a) is not now.get(a) and then.get(a) != now.get(a)))


def _row(address: Address, document: Mapping[str, Any]) -> Row:
    ready = ready_of(document)
    reason, message, since = (str(ready.get(key) or "") for key in ("reason", "message", "since"))
    return Row(str(address), kind_of(address), shown_state(document), reason, message, since)
