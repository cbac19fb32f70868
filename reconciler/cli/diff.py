"""`setpoint diff`: how the specs differ from what was last applied."""

from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.examples import examples
from reconciler.cli.exits import Exit
from reconciler.cli.options import placed
from reconciler.cli.output import SIGNS, as_json, counted, print_json, say, styled
from reconciler.cli.status_reader import read_status
from reconciler.model.errors import Refused
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.model.ids import CommitId
    from reconciler.model.resource import Desired
    from reconciler.reviews.difference import Line
    from reconciler.watched.branch import Source


@examples("setpoint diff HEAD --environment prod", "setpoint diff --since main~3")
@click.command("diff")
@click.argument("commit", default="")
@click.option("--since", default="", help="The commit to compare with; by default the one that was last applied.")
@click.option("--exit-code", is_flag=True, help="Exit with 2 when they differ.")
@as_json
@placed
def command(settings: Settings, commit: str, since: str, exit_code: bool, to_json: bool) -> int:
    """Show, field by field, how a commit's composed specs differ from those that were last applied.

    COMMIT needn't be pushed. Without one it is the watched branch's newest.
    """
    from reconciler.cli.revisions import found
    from reconciler.reviews.difference import difference
    from reconciler.status.read import commit_of
    from reconciler.wiring import open_source

    source = open_source(settings)
    head, applied = source.head(), commit_of(read_status(settings).last_pass)
    new = found(settings, source, commit) if commit else (head, source) if head else None
    old = found(settings, source, since) if since else (applied, source) if applied else None
    if new is None:
        raise Refused(f"{settings.place} has no commit on {settings.branch}", "commit something first")
    lines = difference(_composed(settings, *old) if old else None, _composed(settings, *new))
    if to_json:
        print_json([_as_json(line) for line in lines])
    else:
        _show(lines, old[0] if old else "", new[0])
    return Exit.CHANGES if exit_code and lines else Exit.OK


def _composed(settings: Settings, commit: "CommitId", source: "Source") -> "Desired":
    from reconciler.compose import Cache, compose

    return compose(source.tree(commit), settings.environment, Cache())


def _as_json(line: "Line") -> dict[str, Any]:
    told = {"sign": line.sign, "address": line.address, "field": line.field}
    return {**told, "old": line.before, "new": line.after}


def _show(lines: "list[Line]", old: str, new: str) -> None:
    for line in lines:
        values = {"+": f"{line.after}", "-": f"{line.before}", "~": f"{line.before} → {line.after}"}[line.sign]
        shown = f" {line.address} {line.field} {values if line.path else ''}"
        say(styled(line.sign, SIGNS[line.sign]), shown.rstrip())
    told = f"{old[:12] or 'nothing'} and {new[:12]}"
    say(f"{counted(len(lines), 'difference')} between {told}" if lines else f"no difference between {told}")
