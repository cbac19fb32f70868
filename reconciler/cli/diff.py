"""`setpoint diff`: how the specs differ from what was last applied."""

from collections.abc import Mapping
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
    from reconciler.status.read import commit_of
    from reconciler.wiring import open_source

    source = open_source(settings)
    head, applied = source.head(), commit_of(read_status(settings).last_pass)
    new = found(settings, source, commit) if commit else (head, source) if head else None
    old = found(settings, source, since) if since else (applied, source) if applied else None
    if new is None:
        raise Refused(f"{settings.place} has no commit on {settings.branch}", "commit something first")
    after = fields_of(_composed(settings, *new))
    lines = difference(fields_of(_composed(settings, *old)) if old else {}, after)
    if to_json:
        print_json([{"sign": s, "address": a, "field": f, "old": o, "new": n} for s, a, f, o, n in lines])
    else:
        _show(lines, old[0] if old else "", new[0])
    return Exit.CHANGES if exit_code and lines else Exit.OK


def _composed(settings: Settings, commit: "CommitId", source: "Source") -> "Desired":
    from reconciler.compose import Cache, compose

    return compose(source.tree(commit), settings.environment, Cache())


Line = tuple[str, str, str, Any, Any]
"""A sign, an address, a field's path, its old value, its new value."""


def fields_of(desired: "Desired") -> dict[str, dict[str, Any]]:
    """Return every field of every composed spec by its path, and by address."""
    return {a: _flat(r.spec.model_dump(mode="json", exclude_defaults=True)) for a, r in desired.resources.items()}


def _flat(value: Any, path: str = "") -> dict[str, Any]:
    if not isinstance(value, Mapping) or not value:
        return {path: value}
    found: dict[str, Any] = {}
    for key, item in value.items():
        found |= _flat(item, f"{path}.{key}" if path else str(key))
    return found


def difference(before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]) -> list[Line]:
    """Return what differs, sorted by address and field; a resource that is new or gone is one line."""
    lines: list[Line] = []
    for address in sorted(before.keys() | after.keys()):
        if address not in before or address not in after:
            lines.append(("+" if address in after else "-", address, "", None, None))
            continue
        old, new = before[address], after[address]
        for field in sorted(old.keys() | new.keys()):
            if old.get(field) != new.get(field):
                sign = "+" if field not in old else "-" if field not in new else "~"
                lines.append((sign, address, field, old.get(field), new.get(field)))
    return lines


def _show(lines: list[Line], old: str, new: str) -> None:
    for sign, address, field, before, after in lines:
        values = {"+": f"{after}", "-": f"{before}", "~": f"{before} → {after}"}[sign] if field else ""
        say(styled(sign, SIGNS[sign]), f" {address} {field} {values}".rstrip())
    told = f"{old[:12] or 'nothing'} and {new[:12]}"
    say(f"{counted(len(lines), 'difference')} between {told}" if lines else f"no difference between {told}")
