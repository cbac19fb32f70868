"""`setpoint history`: what became of a resource, as the commits of the status branch tell it."""

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

import click

from reconciler.cli.completion import complete_addresses
from reconciler.cli.examples import examples
from reconciler.cli.options import placed
from reconciler.cli.output import STYLES, as_json, console, print_json, styled, table
from reconciler.cli.status_reader import open_status, unknown
from reconciler.settings import Settings

if TYPE_CHECKING:
    from rich.table import Table

    from reconciler.status.timeline import Event


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
    from reconciler.status.timeline import events

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


def _table(told: "Sequence[Event]", address: str) -> "Table":
    """Draw events; of a resource that was renamed, each says what it was called."""
    had_others = any(event.address != address for event in told)
    rows = []
    for event in told:
        name, state = (event.address,) if had_others else (), event.state
        rows.append((event.when, *name, styled(state, STYLES.get(state, "")), event.commit[:12], event.message))
    return table(("when", *(("resource",) if had_others else ()), "state", "commit", "message"), rows)
