"""A foreign schema and the one that a spec has: what becomes of the spec's columns, and by which edits.

A format that has no word for a field doesn't say that it is unset: what the spec says of that column stays. So a
column that is sensitive stays so, whatever it is imported from.
"""

from collections.abc import Collection, Mapping
from typing import Any

from reconciler.exchange.formats import Format
from reconciler.exchange.table import Imported
from reconciler.model.edits import path_of
from reconciler.model.kinds.datasets import Column
from reconciler.yaml.edit import Gone


def merged(imported: Imported, present: Mapping[str, Column], form: Format) -> dict[str, Column]:
    """Return the columns that are imported, each with what its format can't say as the spec has it.

    Args:
        imported: the foreign schema.
        present: the spec's columns.
        form: the foreign format.
    """
    lost = {(loss.column, loss.field) for loss in imported.losses}
    mute = {name: _mute(name, form, lost) for name in imported.columns}
    return {n: _merged(c, present[n], mute[n], form) if n in present else c for n, c in imported.columns.items()}


def _mute(name: str, form: Format, lost: Collection[tuple[str, str]]) -> list[str]:
    """Return the fields of a column of which its format has told nothing."""
    return [field for field in Column.model_fields if field not in {"type", *form.says} or (name, field) in lost]


def _merged(column: Column, former: Column, mute: list[str], form: Format) -> Column:
    kept = {field: value for field in mute if _fits(column, field, value := getattr(former, field))}
    if not form.tells_share and column.missing == 1 and former.missing > 0:
        kept["missing"] = former.missing
    return column.model_copy(update=kept | ({"sensitive": True} if former.sensitive else {}))


def _fits(column: Column, field: str, value: Any) -> bool:
    """Tell whether a field may stay where the type is another now."""
    told = {**column.model_dump(exclude_defaults=True), "type": column.type, field: value}
    try:
        Column.model_validate(told)
    except ValueError:
        return False
    return True


def edits(wanted: Mapping[str, Column], written: Any) -> dict[str, Any]:
    """Return what of a spec's `columns`, as they are written in its file, has to be set and what has to go."""
    told = {name: {"type": c.type} | c.model_dump(mode="json", exclude_defaults=True) for name, c in wanted.items()}
    if not isinstance(written, Mapping):
        return {"columns": told}
    found: dict[str, Any] = {path_of("columns", name): Gone.GONE for name in written if name not in told}
    for name, fields in told.items():
        former = written.get(name)
        if not isinstance(former, Mapping):
            found[path_of("columns", name)] = fields
            continue
        found |= {
            path_of("columns", name, field): Gone.GONE
            for field in former
            if field not in fields and _is_set(former, field)
        }
        found |= {
            path_of("columns", name, field): value for field, value in fields.items() if former.get(field) != value
        }
    return found


def _is_set(former: Mapping[str, Any], field: str) -> bool:
    """Tell whether a field says something else than its default: a default that is written out may stay."""
    known = Column.model_fields.get(field)
    return known is None or former[field] != known.get_default(call_default_factory=True)
