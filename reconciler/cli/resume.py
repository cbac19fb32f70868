"""`setpoint resume`: let a suspended resource go on."""

import click

from reconciler.cli.completion import complete_addresses
from reconciler.cli.controls import write_control
from reconciler.cli.examples import examples
from reconciler.cli.options import placed
from reconciler.cli.output import as_json, print_json
from reconciler.settings import Settings


@examples("setpoint resume deployments/employment")
@click.command("resume")
@click.argument("address", shell_complete=complete_addresses)
@as_json
@placed
def command(settings: Settings, address: str, to_json: bool) -> None:
    """Let a suspended resource go on."""
    control = write_control(settings, address, {"suspended": None, "reason": None}, "resume")
    print_json({"address": address, **control}) if to_json else print(f"{address} goes on in {settings.environment}")
