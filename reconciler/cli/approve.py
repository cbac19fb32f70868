"""`setpoint approve`: say yes to a proposal on plain Git, by a signed commit on top of it."""

from pathlib import Path

import click

from reconciler.cli.examples import examples
from reconciler.cli.options import placed
from reconciler.cli.output import as_json, print_json
from reconciler.settings import Settings


@examples(
    "setpoint approve promotions/employment --environment prod",
    "setpoint approve promotions/employment/3f2a1b4c5d6e --signing-key ~/.ssh/id_ed25519",
)
@click.command("approve")
@click.argument("name")
@click.option(
    "--signing-key",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Sign by this SSH key, which has no passphrase; by default as your Git is set up to sign.",
)
@as_json
@placed
def command(settings: Settings, name: str, signing_key: Path | None, to_json: bool) -> None:
    """Approve the proposal NAME (promotions/<name>, or in full <kind>/<name>/<digest>), and push that.

    On a forge with pull requests people approve on the proposal's page.
    """
    from reconciler.cli.approving import approve

    made = approve(settings, name, signing_key)
    if to_json:
        print_json({"name": made.name, "branch": made.branch, "commit": made.commit, "by": made.by, "flaw": made.flaw})
    elif made.flaw:
        print(f"pushed {made.commit[:12]} to {made.branch}, and it doesn't count: {made.flaw}")
    else:
        print(f"approved {made.name} as {made.by}: commit {made.commit[:12]} on {made.branch}")
