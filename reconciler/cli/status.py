"""`setpoint status`: every resource's condition."""

import time

import click
from rich.text import Text

from reconciler.cli.exits import Exit
from reconciler.cli.output import as_json, console, overview, print_json, row_of
from reconciler.cli.place import placed
from reconciler.cli.reading import now, read_both
from reconciler.gitstore.heartbeat import Heartbeat, Life
from reconciler.loop.recorded import Recorded, RecordedFiles
from reconciler.settings import Settings


@click.command("status")
@click.option("--watch", is_flag=True, help="Keep showing it until Ctrl-C.")
@as_json
@placed
def command(settings: Settings, watch: bool, to_json: bool) -> int:
    """Show every resource's condition, as the last status commit tells it, and when its daemon was last seen.

    Exits with 6 when the daemon died: what is shown may be long past.
    """
    parser = RecordedFiles()
    recorded, heartbeat = read_both(settings, parser)
    if to_json:
        print_json(as_document(settings, recorded, heartbeat))
    elif not watch:
        show(settings, recorded, heartbeat)
    else:
        _watch(settings, parser)
    return Exit.UNAVAILABLE if heartbeat.life(now()) is Life.DEAD else Exit.OK


def as_document(settings: Settings, recorded: Recorded, heartbeat: Heartbeat) -> dict[str, object]:
    """Return the overview as JSON-compatible values."""
    rows = [row_of(a, d).as_json() for a, d in sorted(recorded.statuses.items())]
    told = {"environment": settings.environment, "daemon": heartbeat.as_json(now())}
    return told | {"pass": dict(recorded.last_pass), "resources": rows}


def show(settings: Settings, recorded: Recorded, heartbeat: Heartbeat) -> None:
    """Print the overview for people."""
    out = console()
    if not recorded.statuses:
        out.print(
            f"nothing is known of {settings.environment} yet: start `setpoint run --environment {settings.environment}`"
        )
        return
    commit = str(recorded.last_pass.get("commit", ""))[:12]
    out.print(
        overview((row_of(a, d) for a, d in sorted(recorded.statuses.items())), f"{settings.environment} at {commit}")
    )
    for problem in recorded.last_pass.get("problems") or ():
        out.print(f"[red]{problem}[/red]")
    for note in recorded.last_pass.get("notes") or ():
        out.print(f"[yellow]{note}[/yellow]")
    out.print(Text(heartbeat.words(now()), "" if heartbeat.life(now()) is Life.ALIVE else "red"))


def _watch(settings: Settings, parser: RecordedFiles) -> None:
    from rich.live import Live

    with Live(console=console(), auto_refresh=False) as live:
        while True:
            recorded, heartbeat = read_both(settings, parser)
            rows = (row_of(a, d) for a, d in sorted(recorded.statuses.items()))
            live.update(overview(rows, f"{settings.environment}: {heartbeat.words(now())}"), refresh=True)
            time.sleep(0.5)
