"""Proposals of a dataset's schema: all of it where the spec has none, new columns, and what it is too narrow for.

A job says what it would propose, with evidence; here it becomes one proposal for each dataset, which the next refresh
replaces or closes. Nothing is ever proposed that narrows a schema. What a job says may be anything: what doesn't make
columns as a spec may have them isn't proposed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from reconciler.controllers.proposals import close_others, proposal_name, propose_once
from reconciler.controllers.run_lifecycle import Lifecycle, Stage
from reconciler.model.change import Change, OpenProposal
from reconciler.model.decision import View
from reconciler.model.edits import path_of
from reconciler.model.kinds.datasets import Column, Dataset
from reconciler.model.markdown import code, escaped, figure, table
from reconciler.model.resource import Resource

_WIDENED: Mapping[str, Callable[[Any, Any], bool]] = {
    "type": lambda old, new: (old, new) == ("integer", "number"),
    "minimum": lambda old, new: old is not None and new is not None and new < old,
    "maximum": lambda old, new: old is not None and new is not None and new > old,
    "enum": lambda old, new: old is not None and new is not None and set(new) > set(old),
    "missing": lambda old, new: new > old,
}
"""What of a column a proposal may change, and whether it is wider then."""
MOST_ROWS = 100
"""Lines of evidence on a page."""
MOST_FINDINGS = 10
"""Findings on a page."""
LONGEST = 500
"""Characters of what a finding says on a page."""
_HEADS = ("column", "field", "from", "to", "rows", "since")
_NEW_HEADS = ("column", "declared as", "present", "missing", "distinct", "range")


def propose_schema(resource: Resource, view: View, lifecycle: Lifecycle) -> tuple[Change, ...]:
    """Propose what a version that was judged shows of its schema; close what no longer holds."""
    spec, facts = resource.spec, lifecycle.result.get("facts", {})
    assert isinstance(spec, Dataset)
    if spec.columns is None:
        wanted = _whole(resource, view, lifecycle, facts)
        is_refused = lifecycle.stage is Stage.REJECTED
        return () if is_refused else _proposed(resource, view, wanted)
    new, wider = _new(spec, facts.get("new_columns")), _wider(spec, facts.get("widening"))
    if lifecycle.stage is not Stage.REJECTED:
        wider = None
    return _proposed(resource, view, _changed(resource, view, lifecycle, new, wider) if new or wider else None)


def _proposed(resource: Resource, view: View, wanted: OpenProposal | None) -> tuple[Change, ...]:
    return propose_once(wanted, view) if wanted else close_others(resource.address, None, view)


def _whole(resource: Resource, view: View, lifecycle: Lifecycle, facts: Mapping[str, Any]) -> OpenProposal | None:
    if not (columns := facts.get("proposed_columns")):
        return None
    odd = "\n".join(_odd(facts.get("findings")))
    return OpenProposal(
        address=resource.address,
        name=proposal_name(resource, columns, resource, view),
        file=resource.file,
        edits={"columns": columns},
        title=f"Hold {resource.address} to the schema that its data shows",
        body=f"`{resource.address}` has no `columns`. These were inferred from run `{lifecycle.run}`. Merged, they "
        f"are enforced on every refresh; narrow them first where you know better than one version of the data."
        + (f"\n\nWhat is odd about these rows, and so perhaps about this schema:\n\n{odd}" if odd else ""),
        why="the spec has no schema",
    )


def _odd(findings: Any) -> Iterator[str]:
    """Write the errors and warnings that a job found; all it found stands in the profile."""
    found = [one for one in findings if isinstance(one, Mapping)] if isinstance(findings, list) else []
    for one in [one for one in found if one.get("severity") in ("error", "warning")][:MOST_FINDINGS]:
        said, fix = (escaped(str(one.get(part) or "")[:LONGEST]) for part in ("what", "fix"))
        yield f"- {code(str(one.get('kind'))[:60])}: {said}" + (f" ({fix})" if fix else "")


Told = Mapping[str, Any]
"""What a job says: `columns` by name, and `evidence`."""


def _wider(spec: Dataset, told: Any) -> Told | None:
    """Return what a job says of wider columns, if it is a wider form of those that the spec has."""
    columns = told.get("columns") if isinstance(told, Mapping) else None
    if not isinstance(columns, Mapping) or not columns:
        return None
    for name, changed in columns.items():
        declared = (spec.columns or {}).get(name)
        if declared is None or not isinstance(changed, Mapping) or not set(changed) <= set(_WIDENED):
            return None
        new = _column({**declared.model_dump(mode="json", exclude_unset=True), **changed})
        if new is None or not all(_WIDENED[field](getattr(declared, field), getattr(new, field)) for field in changed):
            return None
    return told  # type: ignore[no-any-return]


def _new(spec: Dataset, told: Any) -> Told | None:
    """Return what a job says of new columns, where the spec asks for proposals of them."""
    columns = told.get("columns") if isinstance(told, Mapping) else None
    if spec.takes_new != "propose" or not isinstance(columns, Mapping) or not columns:
        return None
    is_sound = all(name not in (spec.columns or {}) and _column(column) for name, column in columns.items())
    return told if is_sound else None


def _column(told: Any) -> Column | None:
    try:
        return Column.model_validate(told)
    except ValidationError:
        return None


def _changed(
    resource: Resource, view: View, lifecycle: Lifecycle, new: Told | None, wider: Told | None
) -> OpenProposal:
    edits = {path_of("columns", name): column for name, column in (new or {}).get("columns", {}).items()}
    for name, changed in (wider or {}).get("columns", {}).items():
        edits |= {path_of("columns", name, field): value for field, value in changed.items()}
    what = _what(new, wider)
    return OpenProposal(
        address=resource.address,
        name=proposal_name(resource, edits, resource, view),
        file=resource.file,
        edits=edits,
        title=f"{what.capitalize()} of {resource.address}",
        body="\n\n".join(_body(resource, lifecycle, new, wider)),
        why="its data doesn't fit its schema" if wider else "its source has new columns",
    )


def _what(new: Told | None, wider: Told | None) -> str:
    declare = "declare the new columns" if new else ""
    return " and ".join(filter(None, (declare, "widen the schema" if wider else "")))


def _body(resource: Resource, lifecycle: Lifecycle, new: Told | None, wider: Told | None) -> Iterator[str]:
    if wider:
        yield (
            f"Run `{lifecycle.run}` of `{resource.address}` was refused, and for nothing but a schema that is narrower "
            "than its data. Merged, exactly this is wider, and the same data passes. If it is the data that is wrong, "
            "mend its source and close this."
        )
        yield table(_HEADS, map(_wider_row, _evidence(wider)))
    if new:
        yield (
            f"Run `{lifecycle.run}` found columns that the schema doesn't name. The version doesn't hold them: they "
            "are in the data once they are declared. What is proposed is what their values show; say `sensitive: true` "
            "where nobody should see them."
        )
        yield table(_NEW_HEADS, (_new_row(line, new) for line in _evidence(new)))
    yield f"A patch of an environment that sets the same fields wins over `{resource.file}`: then change it there."


def _evidence(told: Told) -> Iterable[Told]:
    lines = told.get("evidence")
    return [line for line in lines if isinstance(line, Mapping)][:MOST_ROWS] if isinstance(lines, list) else ()


def _wider_row(line: Told) -> Iterator[str]:
    unit = f" {escaped(str(line['unit']))}" if line.get("unit") else ""
    yield code(str(line.get("column")))
    yield escaped(str(line.get("field")))
    yield _value(line.get("from")) + unit
    values = line.get("values")
    shown = ", ".join(map(_value, values)) if isinstance(values, list) else ""
    is_list = isinstance(line.get("to"), list)
    yield (f"and {shown}" if is_list else _value(line.get("to")) + (f" (such as {shown})" if shown else "")) + unit
    yield f"{_value(line.get('rows'))} of {_value(line.get('of'))}"
    yield escaped(str(line.get("since") or ""))


def _new_row(line: Told, new: Told) -> Iterator[str]:
    name = str(line.get("column"))
    declared = new["columns"].get(name, {})
    yield code(name)
    yield code(", ".join(f"{key}: {value}" for key, value in declared.items() if key != "enum"))
    yield f"{_value(line.get('count'))} of {_value(line.get('of'))}"
    yield figure(line.get("missing_share"))
    yield _value(line.get("distinct"))
    is_ranged = line.get("minimum") is not None
    yield f"{_value(line.get('minimum'))} to {_value(line.get('maximum'))}" if is_ranged else ""


def _value(value: Any) -> str:
    """Write a value of the data, which may be any text."""
    if isinstance(value, list):
        shown = ", ".join(map(_value, value[:5]))
        return f"{shown}, … ({len(value)} in all)" if len(value) > 5 else shown
    return (
        f"{value:.12g}"
        if isinstance(value, float)
        else code(str(value)[:200])
        if isinstance(value, str)
        else str(value)
    )
