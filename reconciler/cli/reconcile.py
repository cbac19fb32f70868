"""`setpoint reconcile`: ask for a resource to be made anew now."""

import click

from reconciler.cli import status_reader
from reconciler.cli.completion import complete_addresses
from reconciler.cli.controls import now, write_control
from reconciler.cli.examples import examples
from reconciler.cli.exits import Exit
from reconciler.cli.options import placed
from reconciler.cli.output import as_json, print_json
from reconciler.settings import Settings


@examples("setpoint reconcile datasets/employment")
@click.command("reconcile")
@click.argument("address", shell_complete=complete_addresses)
@as_json
@placed
def command(settings: Settings, address: str, to_json: bool) -> int:
    """Ask for a resource to be made anew now: a dataset is pulled, a report is made, failed jobs are tried again.

    Exits with 6 when the daemon died: it is asked for all the same, and done when another runs.
    """
    control = write_control(settings, address, {"requested": now()}, "reconcile")
    heartbeat, moment = status_reader.heartbeat_of(settings), status_reader.now()
    life = heartbeat.life(moment).value
    if to_json:
        print_json({"address": address, **control, "daemon": heartbeat.as_json(moment)})
    else:
        print(f"{address} is asked for in {settings.environment}")
        if life != "alive":
            print(heartbeat.words(moment))
    return Exit.UNAVAILABLE if life == "dead" else Exit.OK
