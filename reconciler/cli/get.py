"""`setpoint get`: one resource's status in full."""

import click

from reconciler.cli.output import as_json, console, print_json
from reconciler.cli.place import placed
from reconciler.cli.reading import document_of, read_status
from reconciler.loop.dumping import dump
from reconciler.settings import Settings


@click.command("get")
@click.argument("address")
@as_json
@placed
def command(settings: Settings, address: str, to_json: bool) -> None:
    """Show one resource's status in full: its conditions and facts."""
    document = document_of(read_status(settings), address, settings.environment)
    if to_json:
        print_json(document)
    else:
        console().print(dump(document).decode(), markup=False, end="")
