"""Resources as a list: which of them, and in which form."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reconciler.cli.completion import complete_kinds
from reconciler.cli.options import with_options
from reconciler.cli.output import Row, console, overview, print_json, row_of, say
from reconciler.model.errors import Refused
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.status.read import Recorded

Function = TypeVar("Function", bound=Callable[..., Any])

FORMS = ("table", "wide", "json", "name")
"""The forms of a list, as `-o` takes them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which resources are listed. Empty `kinds` and `team` mean any."""

    kinds: tuple[str, ...] = ()
    team: str = ""
    not_ready: bool = False


EVERY = Choice()
"""All of them."""

_OPTIONS = (
    click.option(
        "--output", "-o", "form", type=click.Choice(FORMS), default="table", show_default=True, help="The form."
    ),
    click.option(
        "--kind",
        "-k",
        "kinds",
        multiple=True,
        shell_complete=complete_kinds,
        help="Only this kind; may be given again.",
    ),
    click.option("--team", default="", help="Only what this team's share of a pool pays for."),
    click.option("--not-ready", is_flag=True, help="Only what isn't ready."),
)


def listing(function: Function) -> Function:
    """Give a command the options of a list; it gets them as `choice` and `form`."""

    def wrapped(form: str, kinds: tuple[str, ...], team: str, not_ready: bool, **options: Any) -> Any:
        return function(choice=Choice(kinds, team, not_ready), form=form, **options)

    return with_options(function, wrapped, _OPTIONS)


def rows_of(settings: Settings, recorded: "Recorded", choice: Choice) -> list[Row]:
    """Return the rows that were chosen, sorted by address.

    Raises:
        Refused: there is no such kind.
    """
    check_kinds(choice.kinds)
    rows = [row_of(a, d) for a, d in sorted(recorded.statuses.items())]
    if choice.kinds:
        rows = [row for row in rows if row.address.partition("/")[0] in choice.kinds]
    if choice.not_ready:
        rows = [row for row in rows if row.state != "ready"]
    if choice.team:
        members = _of_team(settings, recorded, choice.team)
        rows = [row for row in rows if row.address in members]
    return rows


def check_kinds(kinds: Iterable[str], more: tuple[str, ...] = ()) -> None:
    """Refuse what is no kind, nor one of some more words that may stand there.

    Raises:
        Refused: there is no such kind; names the nearest.
    """
    from difflib import get_close_matches

    from reconciler.model.kinds import KINDS

    known = (*KINDS, *more)
    for kind in kinds:
        if kind not in known:
            near = get_close_matches(kind, known, 1)
            raise Refused(
                f"there is no kind {kind}", f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
            )


def _of_team(settings: Settings, recorded: "Recorded", team: str) -> frozenset[str]:
    """Return the addresses of a team's resources, by the specs of the commit that was applied last."""
    from reconciler.compose import Cache, compose
    from reconciler.model.kinds.spec import JobSpec
    from reconciler.status.read import commit_of
    from reconciler.wiring import open_source

    commit = commit_of(recorded.last_pass)
    if commit is None:
        return frozenset()
    found = compose(open_source(settings).tree(commit), settings.environment, Cache()).resources
    teams = {str(a): r.spec.team for a, r in found.items() if isinstance(r.spec, JobSpec)}
    if team not in teams.values():
        known = ", ".join(sorted(set(teams.values()))) or "none"
        raise Refused(f"no resource of {settings.environment} is of the team {team}", f"teams: {known}")
    return frozenset(address for address, its in teams.items() if its == team)


def show_document(address: str, document: Mapping[str, Any], form: str) -> None:
    """Print a status document in a form."""
    if form == "json":
        print_json(document)
    elif form == "name":
        print(address)
    else:
        from reconciler.yaml.dump import dump

        say(dump(document).decode(), end="")


def show(rows: list[Row], form: str, title: str = "") -> None:
    """Print rows in a form."""
    if form == "json":
        print_json([row.as_json() for row in rows])
    elif form == "name":
        for row in rows:
            print(row.address)
    else:
        console().print(overview(rows, title, wide=form == "wide"))
