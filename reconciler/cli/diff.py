"""`setpoint diff`: how the specs differ from what was last applied."""

from collections.abc import Mapping
from typing import Any

import click

from reconciler.cli.exits import Exit
from reconciler.cli.output import SIGNS, as_json, console, print_json
from reconciler.cli.place import placed
from reconciler.cli.reading import read_status
from reconciler.compose import Cache, compose
from reconciler.loop.recorded import commit_of
from reconciler.model.errors import Refused
from reconciler.model.ids import CommitId
from reconciler.model.resource import Desired
from reconciler.settings import Settings
from reconciler.wiring import open_source


@click.command("diff")
@click.argument("commit", default="")
@click.option("--since", default="", help="The commit to compare with; by default the one that was last applied.")
@click.option("--exit-code", is_flag=True, help="Exit with 2 when they differ.")
@as_json
@placed
def command(settings: Settings, commit: str, since: str, exit_code: bool, to_json: bool) -> int:
    """Show, field by field, how a commit's composed specs differ from those that were last applied."""
    source, cache = open_source(settings), Cache()
    new = source.resolve(commit) if commit else source.head()
    old = source.resolve(since) if since else commit_of(read_status(settings).last_pass) or ""
    if not new:
        raise Refused(f"{settings.repository} has no commit on {settings.branch}", "commit something first")
    after = fields_of(compose(source.tree(CommitId(new)), settings.environment, cache))
    before = fields_of(compose(source.tree(CommitId(old)), settings.environment, cache)) if old else {}
    lines = difference(before, after)
    if to_json:
        print_json([{"sign": s, "address": a, "field": f, "old": o, "new": n} for s, a, f, o, n in lines])
    else:
        _show(lines, old, new)
    return Exit.CHANGES if exit_code and lines else Exit.OK


Line = tuple[str, str, str, Any, Any]
"""A sign, an address, a field's path, its old value, its new value."""


def fields_of(desired: Desired) -> dict[str, dict[str, Any]]:
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
    out = console()
    for sign, address, field, before, after in lines:
        values = {"+": f"{after}", "-": f"{before}", "~": f"{before} → {after}"}[sign] if field else ""
        out.print(f"[{SIGNS[sign]}]{sign}[/{SIGNS[sign]}] {address} {field}", end=" ")
        out.print(values, markup=False)
    told = f"{old[:12] or 'nothing'} and {new[:12]}"
    out.print(f"{len(lines)} differences between {told}" if lines else f"no difference between {told}")
