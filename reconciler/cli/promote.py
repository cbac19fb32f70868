"""`setpoint promote`: propose a trial as a deployment's model, a version as that of data, or values of a spec."""

from typing import TYPE_CHECKING

import click

from reconciler.cli.completion import complete_addresses
from reconciler.cli.examples import examples
from reconciler.cli.options import placed
from reconciler.cli.output import as_json, print_json
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.cli.proposing import Opened


@examples(
    "setpoint promote experiments/employment/3f2a1b4c5d6e deployments/employment",
    "setpoint promote datasets/census/3f2a1b4c5d6e datasets/census --environment prod",
    "setpoint promote deployments/credit@3f2a1b4c5d6e promotions/credit-scale --environment prod",
)
@click.command("promote")
@click.argument("run")
@click.argument("address", shell_complete=complete_addresses)
@click.option("--merge", is_flag=True, help="Merge the proposal at once, without a review.")
@click.option("--force", is_flag=True, help="Also a model that takes or answers something else than the live one.")
@as_json
@placed
def command(settings: Settings, run: str, address: str, merge: bool, force: bool, to_json: bool) -> None:
    """Propose the trial RUN (experiments/<name>/<digest>) as the model of ADDRESS (deployments/<name>).

    So a version of a dataset or of labels is proposed as the one that ADDRESS (datasets/<name>, labels/<name>) pins,
    and values of a spec (<kind>/<name>@<digest>) that ADDRESS (promotions/<name>) finds in the environments before.
    """
    from reconciler.cli.proposing import propose, target_of
    from reconciler.cli.proposing_values import propose_values
    from reconciler.model.ids import kind_of

    if kind_of(address) == "promotions":
        tell(propose_values(settings, run, address, merge), to_json)
        return
    tell(propose(target_of(settings, address), run, "Promote", merge, alike=not force), to_json)


def tell(opened: "Opened", to_json: bool) -> None:
    """Print what became of a proposal."""
    if to_json:
        print_json({"name": opened.name, "branch": opened.branch, "merged": opened.merged})
    elif opened.merged:
        print(f"merged as {opened.merged[:12]}")
    else:
        print(f"proposed on branch {opened.branch}; merge it to make it so")
