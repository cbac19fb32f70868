"""What became of a resource, as the commits of the status branch tell it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from reconciler.git.history import log
from reconciler.git.objects import ObjectStore
from reconciler.model.condition import ready_of, shown_state
from reconciler.model.ids import Address
from reconciler.model.moves import former_told
from reconciler.status.branch import StatusBranch
from reconciler.status.read import parse

_REMOVED = "removed"
_GONE: Mapping[str, Any] = {"state": _REMOVED}
_LOOKED_AT = 2000
"""Status commits that are looked through: more aren't kept."""


@dataclass(frozen=True, slots=True)
class Event:
    """What a status commit says that is new of a resource: when, how it stood then, and by which commit of the specs.

    The address is the one that the resource had then.
    """

    when: str
    address: str
    state: str
    reason: str
    message: str
    commit: str

    def says_the_same(self, other: "Event | None") -> bool:
        """Tell whether another one says the same, at another time."""
        return other is not None and replace(other, when=self.when) == self

    def as_json(self) -> dict[str, str]:
        """Return the event as JSON-compatible values."""
        return asdict(self)


def events(status: StatusBranch, address: str) -> Iterator[Event]:
    """Yield what became of a resource, the newest first; what commits in a row say alike is told once, as of the first.

    Raises:
        Unavailable: the repository can't be read.
    """
    return events_of(documents(status, address))


def events_of(past: Iterable["Past"]) -> Iterator[Event]:
    """Yield what is new in documents of a resource, the newest first, as `events` does."""
    told: Event | None = None
    for event in map(_event, past):
        if told and not event.says_the_same(told):
            yield told
        told = event
    if told and told.state != _REMOVED:  # else it wasn't there yet, and another one had its name
        yield told


@dataclass(frozen=True, slots=True)
class Past:
    """What a status commit told of a resource: when, by which name; nothing where it had none."""

    when: datetime
    address: str
    document: Mapping[str, Any] | None


def documents(status: StatusBranch, address: str) -> Iterator[Past]:
    """Yield what each commit that changed it says of a resource, the newest first, by the name that it had then.

    Before a former name it had no newer one.

    Raises:
        Unavailable: the repository can't be read.
    """
    head, objects = status.read().commit, status.repository.objects
    if head is None:
        return
    names = _names(objects, head, address)
    for entry in log(objects.git_dir, head, *map(_path, names), limit=_LOOKED_AT):
        told = [(place, found) for place, name in enumerate(names) if (found := _told(objects, entry.commit, name))]
        place, document = told[0] if told else (0, None)
        names = names[place:]
        yield Past(entry.when, names[0], document)


def _event(past: Past) -> Event:
    document = _GONE if past.document is None else past.document
    ready = ready_of(document)
    said = (str(ready.get(key) or "") for key in ("reason", "message", "observed_commit"))
    return Event(past.when.isoformat(timespec="seconds"), past.address, shown_state(document), *said)


def _names(objects: ObjectStore, head: str, address: str) -> tuple[str, ...]:
    """Return what a resource is called and was called before, by what is told of it or was told last; newest first."""
    commits = [head, *(entry.commit for entry in log(objects.git_dir, head, _path(address), limit=2))]
    document = next(filter(None, (_told(objects, commit, address) for commit in commits)), {})
    return (address, *reversed(former_told(Address(address), document.get("facts"))))


def _path(address: str) -> str:
    return f"status/{address}.yaml"


def _told(objects: ObjectStore, commit: str, address: str) -> Mapping[str, Any] | None:
    """Return what a commit tells of a resource; None where it has none of that name."""
    found = objects.find(f"{commit}:{_path(address)}")
    return parse(objects.read(found.id)) if found else None
