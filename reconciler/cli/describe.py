"""`setpoint describe`: one resource on a page: how it stands, why, what is around it, and what to do next."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice, tee
from typing import TYPE_CHECKING

import click

from reconciler.cli.completion import complete_addresses
from reconciler.cli.examples import examples
from reconciler.cli.options import ServedAt, placed_or_served
from reconciler.cli.output import STYLES, as_json, print_json, say, styled
from reconciler.cli.status_reader import document_of, now, open_status
from reconciler.model.errors import SetpointError
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.cli.describing import Described
    from reconciler.status.read import Recorded

_EVENTS = 20


@examples("setpoint describe deployments/employment", "setpoint describe monitors/employment --json")
@click.command("describe")
@click.argument("address", shell_complete=complete_addresses)
@as_json
@placed_or_served
def command(settings: Settings | None, served: ServedAt | None, address: str, to_json: bool) -> None:
    """Show one resource on a page: its conditions and since when, what it waits for, its newest runs and why.

    Beside them stand its alerts, what it needs and what needs it, the last events, and the commands that come next.
    What is too much for a page is counted; `setpoint get` tells all.
    """
    from reconciler.cli.describing import page

    if settings is None:
        from reconciler.cli.served import Served

        assert served is not None
        told = Served(*served).described(address)
    else:
        told = described(settings, address)
    if to_json:
        print_json(told.as_json())
        return
    head, *lines = page(told, now())
    say(styled(head, f"bold {STYLES.get(told.row.state, '')}".strip()))
    for line in lines:
        say(line)


def described(settings: Settings, address: str) -> "Described":
    """Return what is told of a resource.

    Raises:
        Refused: the status knows no such resource; names the nearest.
    """
    from reconciler.cli.describing import Described
    from reconciler.model.ids import Address
    from reconciler.status.read import RecordedFiles
    from reconciler.status.runs_told import runs_told
    from reconciler.status.timeline import documents, events_of

    status = open_status(settings)
    recorded = RecordedFiles().read(status.read())
    document = document_of(recorded, address, settings.environment)
    for_events, for_runs = tee(documents(status, address))
    told_events = list(islice(events_of(for_events), _EVENTS + 1))
    control = recorded.controls.resources.get(Address(address))
    told = Described(
        address,
        settings.environment,
        document,
        runs=runs_told(for_runs),
        events=told_events[:_EVENTS],
        has_more_events=len(told_events) > _EVENTS,
        suspended=bool(control and control.suspended),
    )
    return _beside(settings, told, recorded)


def _beside(settings: Settings, told: "Described", recorded: "Recorded") -> "Described":
    """Tell the neighbours of a resource, as the specs that were last applied have them."""
    from reconciler.compose import Cache, compose
    from reconciler.model.condition import shown_state
    from reconciler.model.ids import Address
    from reconciler.status.read import commit_of
    from reconciler.wiring import open_source

    address = Address(told.address)
    try:
        commit = commit_of(recorded.last_pass)
        if commit is None:
            return replace(told, unread="no commit was applied yet")
        desired = compose(open_source(settings).tree(commit), settings.environment, Cache())
    except SetpointError as error:
        return replace(told, unread=error.message)
    if address not in desired.resources:
        return replace(told, unread="its spec has errors, or is gone")

    def states(names: "tuple[Address, ...]") -> Mapping[str, str]:
        known = recorded.statuses
        return {name: shown_state(known[name]) if name in known else "unknown" for name in names}

    above, below = desired.resources[address].references(), desired.followers.get(address, ())
    return replace(told, needs=states(tuple(dict.fromkeys(above))), needed_by=states(below))
