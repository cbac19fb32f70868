"""`setpoint rollback`: propose the model, or the version of data, that was live before."""

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
    from reconciler.cli.proposing import Opened
    from reconciler.status.read import Recorded


@examples("setpoint rollback deployments/employment --merge", "setpoint rollback datasets/census --environment prod")
@click.command("rollback")
@click.argument("address", shell_complete=complete_addresses)
@click.option("--to", "run", default="", help="The trial or version to go back to; by default the one that was before.")
@click.option("--merge", is_flag=True, help="Merge the proposal at once, without a review.")
@as_json
@placed
def command(settings: Settings, address: str, run: str, merge: bool, to_json: bool) -> None:
    """Propose the model of a deployment that was live before, or the version that a dataset or labels had pinned.

    (`git revert` of the promotion's merge does the same; of a spec's values it is the way.)
    """
    tell(rolled_back(settings, address, run, merge), to_json)


def rolled_back(settings: Settings, address: str, run: str, merge: bool) -> "Opened":
    """Propose a run, or the one that was live before the present one.

    Raises:
        Refused: there is none, or it can't be proposed.
    """
    from reconciler.cli.proposing import propose, target_of
    from reconciler.model.ids import kind_of

    if kind_of(address) == "promotions":
        what = f"what {address} merged of a spec's values is told by Git alone"
        raise Refused(what, f"`git revert` the merge that `setpoint trace {address}` names")
    target = target_of(settings, address)
    live = target.pinned.run if target.pinned else ""
    former = run or former_run(read_status(settings), address, live, target.sort.noun)
    return propose(target, former, "Roll back to", merge)


def former_run(recorded: "Recorded", address: str, live: str, noun: str) -> str:
    """Return the run whose model or version was live before the present one, as the promotions remember it.

    One that came after it was taken back, and isn't proposed again.

    Raises:
        Refused: none is remembered.
    """
    from reconciler.controllers.served import subject_told

    for document in recorded.statuses.values():
        facts = document.get("facts") or {}
        if subject_told(facts) == address:
            promoted = [str(run) for run in facts.get("promoted") or ()]
            before = promoted[: promoted.index(live)] if live in promoted else promoted
            if before:
                return before[-1]
    raise Refused(f"no {noun} of {address} before the present one is known", "name one with --to")
