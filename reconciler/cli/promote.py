"""`setpoint promote`: propose a trial as a deployment's model."""

from typing import TYPE_CHECKING

import click

from reconciler.cli.completion import complete_addresses
from reconciler.cli.examples import examples
from reconciler.cli.options import placed
from reconciler.cli.output import as_json, print_json
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.cli.proposing import Opened


@examples("setpoint promote experiments/employment/3f2a1b4c5d6e deployments/employment")
@click.command("promote")
@click.argument("trial")
@click.argument("deployment", shell_complete=complete_addresses)
@click.option("--merge", is_flag=True, help="Merge the proposal at once, without a review.")
@click.option("--force", is_flag=True, help="Also a model that takes or answers something else than the live one.")
@as_json
@placed
def command(settings: Settings, trial: str, deployment: str, merge: bool, force: bool, to_json: bool) -> None:
    """Propose TRIAL (experiments/<name>/<digest>) as the model of DEPLOYMENT (deployments/<name>)."""
    from reconciler.cli.proposing import propose, target_of

    tell(propose(target_of(settings, deployment), trial, "Promote", merge, alike=not force), to_json)


def tell(opened: "Opened", to_json: bool) -> None:
    """Print what became of a proposal."""
    if to_json:
        print_json({"name": opened.name, "branch": opened.branch, "merged": opened.merged})
    elif opened.merged:
        print(f"merged as {opened.merged[:12]}")
    else:
        print(f"proposed on branch {opened.branch}; merge it to make it so")
