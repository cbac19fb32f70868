"""`setpoint status`: every resource's condition."""

import time
from typing import TYPE_CHECKING

import click

from reconciler.cli.examples import examples
from reconciler.cli.exits import Exit
from reconciler.cli.listing import EVERY, Choice, listing, rows_of, show
from reconciler.cli.options import ServedAt, placed_or_served
from reconciler.cli.output import as_json, console, overview, print_json, say, styled
from reconciler.cli.status_reader import known_environment, now, read_both
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.lease.heartbeat import Heartbeat
    from reconciler.status.read import Recorded, RecordedFiles


@examples("setpoint status --environment prod --not-ready", "setpoint status --kind experiments --team risk -o wide")
@click.command("status")
@click.option("--watch", is_flag=True, help="Keep showing it until Ctrl-C.")
@listing
@as_json
@placed_or_served
def command(
    settings: Settings | None, served: ServedAt | None, watch: bool, choice: Choice, form: str, to_json: bool
) -> int:
    """Show every resource's condition, as the last status commit tells it, and when its daemon was last seen.

    Exits with 6 when the daemon died: what is shown may be long past.
    """
    from reconciler.status.read import RecordedFiles

    if settings is None:
        from reconciler.cli.served import Served

        assert served is not None
        return Served(*served).status(choice, "document" if to_json else form, watch=watch)
    parser = RecordedFiles()
    recorded, heartbeat = read_both(settings, parser)
    if not recorded.statuses:
        known_environment(settings)
    if to_json:
        print_json(as_document(settings, recorded, heartbeat, choice))
    elif watch:
        _watch(settings, parser, choice)
    elif form in ("json", "name"):
        show(rows_of(settings, recorded, choice), form)
    else:
        tell(settings, recorded, choice, form)
        say(styled(heartbeat.words(now()), "" if heartbeat.life(now()).value == "alive" else "red"))
    return Exit.UNAVAILABLE if heartbeat.life(now()).value == "dead" else Exit.OK


def as_document(
    settings: Settings, recorded: "Recorded", heartbeat: "Heartbeat", choice: Choice = EVERY
) -> dict[str, object]:
    """Return the overview as JSON-compatible values."""
    rows = [row.as_json() for row in rows_of(settings, recorded, choice)]
    told = {"environment": settings.environment, "daemon": heartbeat.as_json(now())}
    return told | {"pass": dict(recorded.last_pass), "resources": rows}


def tell(settings: Settings, recorded: "Recorded", choice: Choice = EVERY, form: str = "table") -> None:
    """Print the overview for people, and what the last pass noted."""
    name = settings.environment
    if not recorded.statuses:
        say(f"nothing is known of {name} yet: start `setpoint run --environment {name}`")
        return
    commit = str(recorded.last_pass.get("commit", ""))[:12]
    rows = rows_of(settings, recorded, choice)
    if rows:
        show(rows, form, f"{name} at {commit}")
    else:
        say(f"{name} at {commit}: nothing of {len(recorded.statuses)} resources is like that")
    for problem in recorded.last_pass.get("problems") or ():
        say(styled(problem, "red"))
    for note in recorded.last_pass.get("notes") or ():
        say(styled(note, "yellow"))


def _watch(settings: Settings, parser: "RecordedFiles", choice: Choice) -> None:
    from rich.live import Live

    with Live(console=console(), auto_refresh=False) as live:
        while True:
            recorded, heartbeat = read_both(settings, parser)
            rows = rows_of(settings, recorded, choice)
            live.update(overview(rows, f"{settings.environment}: {heartbeat.words(now())}"), refresh=True)
            time.sleep(0.5)
