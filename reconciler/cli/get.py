"""`setpoint get`: one resource's status in full, the resources of a kind, or the releases of an environment."""

import click

from reconciler.cli.completion import complete_gettable
from reconciler.cli.durations import SPAN
from reconciler.cli.examples import examples
from reconciler.cli.listing import EVERY, Choice, check_kinds, listing, rows_of, show, show_document
from reconciler.cli.options import ServedAt, placed_or_served
from reconciler.cli.output import as_json, say
from reconciler.cli.status_reader import document_of, read_status
from reconciler.model.errors import Refused
from reconciler.settings import Settings

RELEASES = "releases"
"""What is listed beside the kinds."""


@examples(
    "setpoint get deployments/employment",
    "setpoint get experiments -o wide --not-ready",
    "setpoint get releases --since 90d",
)
@click.command("get")
@click.argument("what", metavar="KIND|ADDRESS|releases", shell_complete=complete_gettable)
@listing
@click.option("--since", type=SPAN, help="Only releases of the last so much time, such as 90d.")
@as_json
@placed_or_served
def command(
    settings: Settings | None,
    served: ServedAt | None,
    what: str,
    choice: Choice,
    form: str,
    since: float | None,
    to_json: bool,
) -> None:
    """Show one resource's status in full, or list the resources of a kind.

    `releases` lists which model came to which deployment, when, by whom and what became of it, and tells four
    metrics of that: lead time, deployment frequency, change failure rate, time to restore.
    """
    form = "json" if to_json else form
    if what != RELEASES and since is not None:
        raise Refused(f"--since is of no use for {what}", f"it is for `setpoint get {RELEASES}`")
    if what == RELEASES and choice != EVERY:
        raise Refused("--kind, --team and --not-ready choose resources, not releases", "leave them out; see --since")
    if settings is None:
        from reconciler.cli.served import Served

        assert served is not None
        Served(*served).get(what, choice, form, since)
        return
    if what == RELEASES:
        _show_releases(settings, form, since)
        return
    recorded = read_status(settings)
    if "/" not in what:
        check_kinds([what], (RELEASES,))
        rows = rows_of(settings, recorded, Choice((what,), choice.team, choice.not_ready))
        if rows or form in ("json", "name"):
            show(rows, form, f"{what} of {settings.environment}")
        else:
            say(f"{settings.environment} has no {what}" + (" that is like that" if choice != EVERY else ""))
        return
    show_document(what, document_of(recorded, what, settings.environment), form)


def _show_releases(settings: Settings, form: str, since: float | None) -> None:
    """Print the releases of an environment and their metrics."""
    from datetime import timedelta

    from reconciler.cli.releases import show_releases

    show_releases(settings, form, None if since is None else timedelta(seconds=since))
