"""`setpoint history`: what became of a resource, as the commits of the status branch tell it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.completion import complete_addresses
from reconciler.cli.examples import examples
from reconciler.cli.options import placed
from reconciler.cli.output import STYLES, Row, as_json, console, print_json, row_of, styled, table
from reconciler.cli.status_reader import open_status, unknown
from reconciler.settings import Settings

if TYPE_CHECKING:
    from rich.table import Table

    from reconciler.git.objects import ObjectStore
    from reconciler.status.branch import StatusBranch


_REMOVED = "removed"
_LOOKED_AT = 2000
"""Status commits that are looked through: more aren't kept."""


@dataclass(frozen=True, slots=True)
class Event:
    """What a status commit says that is new of a resource: when, how it stood then, and by which commit of the specs.

    The row has the address that the resource had then.
    """

    when: str
    row: Row
    commit: str

    def says_the_same(self, other: "Event | None") -> bool:
        """Tell whether another one says the same, at another time."""
        return other is not None and (self.row, self.commit) == (other.row, other.commit)

    def as_json(self) -> dict[str, str]:
        """Return the event as JSON-compatible values."""
        row = self.row
        return {
            "when": self.when,
            "address": row.address,
            "state": row.state,
            "reason": row.reason,
            "message": row.message,
            "commit": self.commit,
        }


@examples("setpoint history deployments/employment", "setpoint history monitors/employment -n 100 --json")
@click.command("history")
@click.argument("address", shell_complete=complete_addresses)
@click.option("--lines", "-n", type=click.IntRange(1, 1000), default=20, show_default=True, help="The newest so many.")
@as_json
@placed
def command(settings: Settings, address: str, lines: int, to_json: bool) -> None:
    """Tell what became of a resource and when, the newest first, from the status branch's own history.

    One that was renamed is told of under its former names too.
    """
    status = open_status(settings)
    tree = status.read()
    told = list(islice(events(status, address), lines))
    if not told:
        known = (p[7:-5] for p in tree.files if p.startswith("status/") and p.endswith(".yaml"))
        raise unknown(address, known, settings.environment)
    if to_json:
        print_json([event.as_json() for event in told])
        return
    console().print(_table(told, address))


def _table(told: Sequence[Event], address: str) -> "Table":
    """Draw events; of a resource that was renamed, each says what it was called."""
    had_others = any(event.row.address != address for event in told)
    rows = []
    for event in told:
        name, state = (event.row.address,) if had_others else (), event.row.state
        rows.append((event.when, *name, styled(state, STYLES.get(state, "")), event.commit[:12], event.row.message))
    return table(("when", *(("resource",) if had_others else ()), "state", "commit", "message"), rows)


def events(status: "StatusBranch", address: str) -> Iterator[Event]:
    """Yield what became of a resource, the newest first; what commits in a row say alike is told once, as of the first.

    Raises:
        Unavailable: the repository can't be read.
    """
    told: Event | None = None
    for event in map(_event, documents(status, address)):
        if told and not event.says_the_same(told):
            yield told
        told = event
    if told and told.row.state != _REMOVED:  # else it wasn't there yet, and another one had its name
        yield told


@dataclass(frozen=True, slots=True)
class Past:
    """What a status commit told of a resource: when, by which name; nothing where it had none."""

    when: datetime
    address: str
    document: Mapping[str, Any] | None


def documents(status: "StatusBranch", address: str, limit: int = _LOOKED_AT) -> Iterator[Past]:
    """Yield what each commit that changed it says of a resource, the newest first, by the name that it had then.

    Before a former name it had no newer one.

    Raises:
        Unavailable: the repository can't be read.
    """
    from reconciler.git.history import log

    head, objects = status.read().commit, status.repository.objects
    if head is None:
        return
    names = _names(objects, head, address)
    for entry in log(objects.git_dir, head, *map(_path, names), limit=limit):
        told = [(place, found) for place, name in enumerate(names) if (found := _told(objects, entry.commit, name))]
        place, document = told[0] if told else (0, None)
        names = names[place:]
        yield Past(entry.when, names[0], document)


def _event(past: Past) -> Event:
    document = {"state": _REMOVED} if past.document is None else past.document
    return Event(past.when.isoformat(timespec="seconds"), row_of(past.address, document), _commit_of(document))


def _names(objects: "ObjectStore", head: str, address: str) -> tuple[str, ...]:
    """Return what a resource is called and was called before, by what is told of it or was told last; newest first."""
    from reconciler.git.history import log
    from reconciler.model.ids import Address
    from reconciler.model.moves import former_told

    commits = [head, *(entry.commit for entry in log(objects.git_dir, head, _path(address), limit=2))]
    document = next(filter(None, (_told(objects, commit, address) for commit in commits)), {})
    return (address, *reversed(former_told(Address(address), document.get("facts"))))


def _path(address: str) -> str:
    return f"status/{address}.yaml"


def _told(objects: "ObjectStore", commit: str, address: str) -> Mapping[str, Any] | None:
    """Return what a commit tells of a resource; None where it has none of that name."""
    from reconciler.status.read import parse

    found = objects.find(f"{commit}:{_path(address)}")
    return parse(objects.read(found.id)) if found else None


def _commit_of(document: Mapping[str, Any]) -> str:
    conditions = document.get("conditions") or ()
    return next((str(c.get("observed_commit", "")) for c in conditions if c.get("type") == "Ready"), "")
