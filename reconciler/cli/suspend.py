"""`setpoint suspend`: hold a resource as it is."""

import click

from reconciler.cli.completion import complete_addresses
from reconciler.cli.controls import write_control
from reconciler.cli.examples import examples
from reconciler.cli.options import placed
from reconciler.cli.output import as_json, print_json
from reconciler.settings import Settings


@examples('setpoint suspend deployments/employment --reason "an incident"')
@click.command("suspend")
@click.argument("address", shell_complete=complete_addresses)
@click.option("--reason", default="", help="Why; shown in the status.")
@as_json
@placed
def command(settings: Settings, address: str, reason: str, to_json: bool) -> None:
    """Hold a resource as it is: nothing of it is changed until `setpoint resume`."""
    control = write_control(settings, address, {"suspended": True, "reason": reason or "suspended by hand"}, "suspend")
    print_json({"address": address, **control}) if to_json else print(
        f"{address} is suspended in {settings.environment}"
    )
