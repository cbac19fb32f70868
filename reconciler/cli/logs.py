"""`setpoint logs`: what a job printed."""

import click

from reconciler.cli.output import as_json, print_json
from reconciler.cli.place import placed
from reconciler.cli.reading import document_of, read_status
from reconciler.model.errors import Refused
from reconciler.model.ids import RunName
from reconciler.settings import Settings
from reconciler.wiring import wire


@click.command("logs")
@click.argument("name")
@click.option("--lines", "-n", default=0, help="Only the last lines.")
@as_json
@placed
def command(settings: Settings, name: str, lines: int, to_json: bool) -> None:
    """Show what a run printed; for a resource, its newest run (for an experiment, its best trial)."""
    run = name if name.count("/") == 2 else newest_run(settings, name)
    wired = wire(settings)
    head = wired.converging.head()
    if head is None:
        raise Refused("the watched branch has no commit")
    wired.converging.cycle(head)
    engines = wired.converging.engines
    assert engines is not None
    try:
        text = engines.pool.logs(RunName(run))
    except FileNotFoundError as error:
        raise Refused(
            f"the pool knows no job of {run}", "its record may be purged; `setpoint get` shows the run"
        ) from error
    shown = "\n".join(text.splitlines()[-lines:]) if lines else text.rstrip("\n")
    print_json({"run": run, "log": shown}) if to_json else print(shown)


def newest_run(settings: Settings, address: str) -> str:
    """Return the run that a resource's status names."""
    facts = document_of(read_status(settings), address, settings.environment).get("facts") or {}
    board = facts.get("leaderboard") or [{}]
    found = facts.get("run") or board[0].get("run") or facts.get("newest") or facts.get("trial")
    if not found:
        raise Refused(f"{address} has no run yet", "see `setpoint status`")
    return str(found)
