"""`setpoint rollback`: propose the model that was live before."""

from typing import TYPE_CHECKING

import click

from reconciler.cli.completion import complete_addresses
from reconciler.cli.examples import examples
from reconciler.cli.options import placed
from reconciler.cli.output import as_json
from reconciler.cli.promote import tell
from reconciler.cli.status_reader import read_status
from reconciler.model.errors import Refused
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.status.read import Recorded


@examples("setpoint rollback deployments/employment --merge")
@click.command("rollback")
@click.argument("deployment", shell_complete=complete_addresses)
@click.option("--to", "trial", default="", help="The trial to go back to; by default the one that was live before.")
@click.option("--merge", is_flag=True, help="Merge the proposal at once, without a review.")
@as_json
@placed
def command(settings: Settings, deployment: str, trial: str, merge: bool, to_json: bool) -> None:
    """Propose the model that was live before. (`git revert` of the promotion's merge does the same.)"""
    from reconciler.cli.proposing import propose, target_of

    target = target_of(settings, deployment)
    live = target.spec.model.trial if target.spec.model else ""
    former = trial or former_trial(read_status(settings), deployment, live)
    tell(propose(target, former, "Roll back to", merge), to_json)


def former_trial(recorded: "Recorded", deployment: str, live: str) -> str:
    """Return the trial that was live before the present one, as the promotions remember it.

    One that came after it was taken back, and isn't proposed again.

    Raises:
        Refused: none is remembered.
    """
    for document in recorded.statuses.values():
        facts = document.get("facts") or {}
        if facts.get("deployment") == deployment:
            promoted = [str(run) for run in facts.get("promoted") or ()]
            before = promoted[: promoted.index(live)] if live in promoted else promoted
            if before:
                return before[-1]
    raise Refused(f"no model of {deployment} before the present one is known", "name one with --to")
