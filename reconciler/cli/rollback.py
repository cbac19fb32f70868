"""`setpoint rollback`: propose the model that was live before."""

import click

from reconciler.cli.output import as_json
from reconciler.cli.place import placed
from reconciler.cli.promote import tell
from reconciler.cli.proposing import propose, target_of
from reconciler.cli.reading import read_status
from reconciler.loop.recorded import Recorded
from reconciler.model.errors import Refused
from reconciler.settings import Settings


@click.command("rollback")
@click.argument("deployment")
@click.option("--to", "trial", default="", help="The trial to go back to; by default the one that was live before.")
@click.option("--merge", is_flag=True, help="Merge the proposal at once, without a review.")
@as_json
@placed
def command(settings: Settings, deployment: str, trial: str, merge: bool, to_json: bool) -> None:
    """Propose the model that was live before. (`git revert` of the promotion's merge does the same.)"""
    target = target_of(settings, deployment)
    live = target.spec.model.trial if target.spec.model else ""
    former = trial or former_trial(read_status(settings), deployment, live)
    tell(propose(target, former, "Roll back to", merge), to_json)


def former_trial(recorded: Recorded, deployment: str, live: str) -> str:
    """Return the trial that was live before the present one, as the promotions remember it.

    Raises:
        Refused: none is remembered.
    """
    for document in recorded.statuses.values():
        facts = document.get("facts") or {}
        if facts.get("deployment") == deployment:
            former = [str(run) for run in facts.get("promoted") or () if run != live]
            if former:
                return former[-1]
    raise Refused(f"no former model of {deployment} is known", "name one with --to")
