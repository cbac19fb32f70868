"""`setpoint label`: a page on which a person labels, where the environment has no labelling tool."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.completion import complete_addresses
from reconciler.cli.examples import examples
from reconciler.cli.options import placed
from reconciler.cli.output import say
from reconciler.cli.page_server import Listening, address_of, imported, plain_url, run, serving
from reconciler.cli.web import opened
from reconciler.model.errors import Refused
from reconciler.model.text import counted
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.model.ids import Address
    from reconciler.model.resource import Desired
    from reconciler.web.labelling.desk import Desk


@examples("setpoint label labels/mails", "setpoint label labels/mails --as ada@example.org --browser")
@click.command("label")
@click.argument("labels", required=False, shell_complete=complete_addresses)
@click.option(
    "--as",
    "person",
    envvar="SETPOINT_ANNOTATOR",
    show_envvar=True,
    help="Who labels, as answers name them: an e-mail address, or a name; by default that of your commits.",
)
@click.option(
    "--listen",
    default="127.0.0.1:8585",
    show_default=True,
    help="host:port of the page: an address of this machine's own; the port 0 takes a free one.",
)
@click.option("--browser", is_flag=True, help="Open the page in the browser of this machine.")
@placed
def command(settings: Settings, labels: str | None, person: str | None, listen: str, browser: bool) -> None:
    """Label the tasks of a campaign in the browser, one after another, by keys alone if you like.

    It is for campaigns that ask by files in a folder (the labelling provider `folder`). Answers are Label Studio's
    JSON, in a file of yours beside the tasks; what others have answered isn't shown.
    """
    desk = _desk(settings, labels, person)
    from reconciler.web.labelling.questions import form_of
    from reconciler.wiring import SystemClock

    form_of(str(desk.project().get("config", "")))
    uvicorn = imported()
    from reconciler.web.labelling.application import application

    def told(url: str) -> None:
        say(f"the page is at {url}")
        if browser:
            opened(url)

    at = address_of(listen)
    run(serving(uvicorn, application(desk, SystemClock().now), at, plain_url, told), Listening(listen))


def _desk(settings: Settings, labels: str | None, person: str | None) -> "Desk":
    from reconciler.compose import Cache, compose
    from reconciler.model.kinds.labels import Labels
    from reconciler.providers.labelling.folder import LabelFolder
    from reconciler.web.labelling.desk import desk_of
    from reconciler.wiring import engine, open_source

    source = open_source(settings)
    head = source.head()
    if head is None:
        raise Refused(f"{settings.place} has no commit on {settings.branch}", "commit something first")
    desired = compose(source.tree(head), settings.environment, Cache())
    asked = desired.of_kind(Labels)
    campaigns = {at: spec.campaign for at, spec in asked.items() if spec.campaign is not None}
    address = _chosen(labels, desired, sorted(campaigns))
    tool = engine("labelling", desired.environment, settings, source)
    if not isinstance(tool, LabelFolder):
        where = desired.environment.labelling.provider
        raise Refused(f"{address} asks people in {where}", f"`setpoint open {address}` tells where they answer")
    name = person or _of_commits(Path.cwd())
    known = campaigns[address].annotators
    if known is not None and name not in known:
        hint = "write --as with one of its campaign.annotators, or add this one to them"
        raise Refused(f"answers of {name or 'nobody'} don't count for {address}", hint)
    return desk_of(tool.place(address), name)


def _chosen(labels: str | None, desired: "Desired", campaigns: Sequence["Address"]) -> "Address":
    """Return the labels that are meant, by their address or name, or the only ones."""
    name, there = desired.environment_name, ", ".join(campaigns) or "none"
    told = "" if labels is None else labels if "/" in labels else f"labels/{labels}"
    if broken := [at for at in desired.broken if at == told or (not told and at.startswith("labels/"))]:
        raise Refused(f"the spec of {broken[0]} has errors", "`setpoint validate` tells them")
    if not told and len(campaigns) != 1:
        raise Refused(f"{name} has {counted(len(campaigns), 'campaign')}: {there}", "name the labels of one")
    found = campaigns[0] if not told else next((at for at in campaigns if at == told), None)
    if found is None:
        raise Refused(f"{name} has no campaign for {told}", f"those that it has: {there}")
    return found


def _of_commits(folder: Path) -> str:
    """Return the e-mail address of this person's commits; empty where Git knows none."""
    told = subprocess.run(["git", "config", "user.email"], cwd=folder, capture_output=True, text=True, check=False)
    return told.stdout.strip()
