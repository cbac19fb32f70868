"""`setpoint get`: one resource's status in full, or the resources of a kind."""

import click

from reconciler.cli.completion import complete_gettable
from reconciler.cli.examples import examples
from reconciler.cli.listing import EVERY, Choice, check_kinds, listing, rows_of, show
from reconciler.cli.options import placed
from reconciler.cli.output import as_json, print_json, say
from reconciler.cli.status_reader import document_of, read_status
from reconciler.settings import Settings


@examples("setpoint get deployments/employment", "setpoint get experiments -o wide --not-ready")
@click.command("get")
@click.argument("what", metavar="KIND|ADDRESS", shell_complete=complete_gettable)
@listing
@as_json
@placed
def command(settings: Settings, what: str, choice: Choice, form: str, to_json: bool) -> None:
    """Show one resource's status in full, or list the resources of a kind."""
    recorded, form = read_status(settings), "json" if to_json else form
    if "/" not in what:
        check_kinds([what])
        rows = rows_of(settings, recorded, Choice((what,), choice.team, choice.not_ready))
        if rows or form in ("json", "name"):
            show(rows, form, f"{what} of {settings.environment}")
        else:
            say(f"{settings.environment} has no {what}" + (" that is like that" if choice != EVERY else ""))
        return
    document = document_of(recorded, what, settings.environment)
    if form == "json":
        print_json(document)
    elif form == "name":
        print(what)
    else:
        from reconciler.yaml.dump import dump

        say(dump(document).decode(), end="")
