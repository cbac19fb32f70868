"""`setpoint reconcile`: ask for a resource to be made anew now."""

import click

from reconciler.cli import reading
from reconciler.cli.controls import now, write_control
from reconciler.cli.exits import Exit
from reconciler.cli.output import as_json, print_json
from reconciler.cli.place import placed
from reconciler.cli.reading import open_status
from reconciler.gitstore.heartbeat import Life, read_heartbeat
from reconciler.settings import Settings


@click.command("reconcile")
@click.argument("address")
@as_json
@placed
def command(settings: Settings, address: str, to_json: bool) -> int:
    """Ask for a resource to be made anew now: a dataset is pulled, a report is made, failed jobs are tried again.

    Exits with 6 when the daemon died: it is asked for all the same, and done when another runs.
    """
    control = write_control(settings, address, {"requested": now()}, "reconcile")
    heartbeat, moment = read_heartbeat(open_status(settings).repository, settings.environment), reading.now()
    life = heartbeat.life(moment)
    if to_json:
        print_json({"address": address, **control, "daemon": heartbeat.as_json(moment)})
    else:
        print(f"{address} is asked for in {settings.environment}")
        if life is not Life.ALIVE:
            print(heartbeat.words(moment))
    return Exit.UNAVAILABLE if life is Life.DEAD else Exit.OK
