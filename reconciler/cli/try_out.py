"""`setpoint try`: ask for a preview of a pull request, or for its end, by the label that the template names."""

from typing import TYPE_CHECKING

import click

from reconciler.cli.examples import examples
from reconciler.cli.options import placed
from reconciler.cli.output import as_json, print_json
from reconciler.model.errors import Refused
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.model.environment import Previews
    from reconciler.model.reviews import PullRequest
    from reconciler.ports.reviews import Granting, Reviews


@examples("setpoint try 12 -e preview", "setpoint try 12 -e preview --end")
@click.command("try")
@click.argument("number", type=click.IntRange(1))
@click.option("--end", is_flag=True, help="Take the label off: the preview ends, and nothing of it is left.")
@as_json
@placed
def command(settings: Settings, number: int, end: bool, to_json: bool) -> None:
    """Ask for a preview of a pull request, or for its end.

    This sets the label that the template (the environment) names, as whoever the token in its `forge` is. Name the
    secret's variable with a token of your own: who has set the label has to have the right to write.
    """
    rules, reviews, granting = _forge(settings)
    pull = next((one for one in reviews.pulls() if one.number == number), None)
    if pull is None:
        raise Refused(f"{number} is no open pull request to {settings.branch}", "give the number of one that is")
    if not end:
        _demand_granted(pull, rules, reviews.me(), granting)
    granting.label(number, rules.label, on=not end)
    if to_json:
        print_json({"number": number, "label": rules.label, "preview": f"pr-{number}", "wanted": not end})
    elif end:
        print(f"pr-{number} ends: the label {rules.label} is off pull request {number}")
    else:
        print(f"pr-{number} is asked for: pull request {number} has the label {rules.label}, and says how it goes")


def _demand_granted(pull: "PullRequest", rules: "Previews", me: str, granting: "Granting") -> None:
    """See that the label would be obeyed.

    Raises:
        Refused: it wouldn't.
    """
    from reconciler.previews.choosing import Request, refusal

    if why := refusal(Request(pull, me, granting.may_write(me)), rules):
        raise Refused(f"pull request {pull.number} can't be tried: {why}")


def _forge(settings: Settings) -> "tuple[Previews, Reviews, Granting]":
    """Return what a template says of previews, and its forge by both faces.

    Raises:
        Refused: the environment is no template, or its forge has no pull requests.
        Unavailable: the repository is out of reach.
    """
    from reconciler.ports.reviews import Granting, Reviews
    from reconciler.previews.template import read_template
    from reconciler.wiring import engine, open_source

    source = open_source(settings)
    head = source.head()
    if head is None:
        raise Refused(f"{settings.place} has no commit on {settings.branch}", "commit something first")
    template = read_template(source.tree(head), settings.environment)
    if template.previews is None:
        hint = "name the one whose environment.yaml says `previews`, with --environment"
        raise Refused(f"{settings.environment} is no template of previews", hint)
    forge = engine("forge", template, settings, source)
    if not isinstance(forge, Reviews) or not isinstance(forge, Granting):
        raise Refused("the template's forge has no pull requests", "name gitea, github or gitlab as its `forge`")
    return template.previews, forge, forge
