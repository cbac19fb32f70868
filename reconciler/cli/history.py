"""`setpoint history`: what became of a resource, as the commits of the status branch tell it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.completion import complete_addresses
from reconciler.cli.examples import examples
from reconciler.cli.options import placed
from reconciler.cli.output import STYLES, Row, as_json, console, print_json, row_of, styled, table
from reconciler.cli.status_reader import open_status, unknown
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.status.branch import StatusBranch


@dataclass(frozen=True, slots=True)
class Event:
    """What one status commit says of a resource: when, how it stood then, and by which commit of the specs."""

    when: str
    row: Row
    commit: str

    def as_json(self) -> dict[str, str]:
        """Return the event as JSON-compatible values."""
        row = self.row
        return {
            "when": self.when,
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
    """Tell what became of a resource and when, the newest first, from the status branch's own history."""
    status = open_status(settings)
    path, tree = f"status/{address}.yaml", status.read()
    told = list(events(status, path, lines))
    if not told:
        known = (p[7:-5] for p in tree.files if p.startswith("status/") and p.endswith(".yaml"))
        raise unknown(address, known, settings.environment)
    if to_json:
        print_json([event.as_json() for event in told])
        return
    rows = [(e.when, styled(e.row.state, STYLES.get(e.row.state, "")), e.commit[:12], e.row.message) for e in told]
    console().print(table(("when", "state", "commit", "message"), rows))


def events(status: "StatusBranch", path: str, limit: int) -> Iterator[Event]:
    """Return what the newest commits that changed a status file say, the newest first.

    Raises:
        Unavailable: the repository can't be read.
    """
    from reconciler.git.history import log

    head, objects = status.read().commit, status.repository.objects
    if head is None:
        return
    for entry in log(objects.git_dir, head, path, limit=limit):
        found = objects.find(f"{entry.commit}:{path}")
        document = _parsed(objects.read(found.id)) if found else {"state": "removed"}
        row = row_of(path, document)
        yield Event(entry.when.isoformat(timespec="seconds"), row, _commit_of(document))


def _parsed(text: bytes) -> Mapping[str, Any]:
    from reconciler.status.read import parse

    return parse(text)


def _commit_of(document: Mapping[str, Any]) -> str:
    conditions = document.get("conditions") or ()
    return next((str(c.get("observed_commit", "")) for c in conditions if c.get("type") == "Ready"), "")
