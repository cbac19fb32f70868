"""`setpoint reconcile`: ask for a resource to be made anew now."""

import click

from reconciler.cli.completion import complete_addresses
from reconciler.cli.controls import now, write_control
from reconciler.cli.examples import examples
from reconciler.cli.output import as_json, print_json
from reconciler.cli.place import placed
from reconciler.settings import Settings


@examples("setpoint reconcile datasets/employment")
@click.command("reconcile")
@click.argument("address", shell_complete=complete_addresses)
@as_json
@placed
def command(settings: Settings, address: str, to_json: bool) -> None:
    """Ask for a resource to be made anew now: a dataset is pulled, a report is made, failed jobs are tried again."""
    control = write_control(settings, address, {"requested": now()}, "reconcile")
    print_json({"address": address, **control}) if to_json else print(
        f"{address} is asked for in {settings.environment}"
    )
