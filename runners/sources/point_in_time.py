"""What was known at a moment: events with the features that stood at the time of each, and none from the future.

A feature's row counts for an event where both its own moment and that of its arrival are past; of those the one of the
latest moment wins. Which row that is at any time is a running maximum over the moments at which rows became known, so
that one ASOF join finds it: the cost is that of sorting.
"""

from collections.abc import Iterator, Mapping, Sequence

from runners.sources.parameters import PointInTime, Standing

_EVENT, _WON, _KNOWN = "setpoint_event", "setpoint_won", "setpoint_known"


def query_of(told: PointInTime) -> str:
    """Return the SELECT in DuckDB's words that joins features to events."""
    joins, columns = [], [f"{_EVENT}.*"]
    for place, (table, standing) in enumerate(told.features.items()):
        name = f"setpoint_feature_{place}"
        joins.append(_join(name, table, standing, told.time))
        columns += _columns(name, standing, told.time)
    return f"SELECT {', '.join(columns)}\nFROM {_quoted(told.events)} AS {_EVENT}\n" + "\n".join(joins)


def made_from(told: PointInTime, tables: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return from which columns of its inputs each column is made, by the columns of each input."""
    made = {column: [f"{told.events}.{column}"] for column in tables[told.events]}
    for table, standing in told.features.items():
        made |= {standing.name_of(column): [f"{table}.{column}"] for column in standing.columns}
    return made


def _join(name: str, table: str, standing: Standing, time: str) -> str:
    """Return the join of one table of features: which row stands from each moment on, for each key."""
    moments = [_quoted(standing.time), *([_quoted(standing.arrived)] if standing.arrived else [])]
    known = f"greatest({', '.join(moments)})"
    keys = ", ".join(_quoted(key) for key in standing.key.values())
    row = ", ".join(f"c{place} := {one}" for place, one in enumerate([*moments, *map(_quoted, standing.columns)]))
    there = " AND ".join(f"{moment} IS NOT NULL" for moment in moments)
    rows = (
        f"SELECT DISTINCT {keys}, {known} AS {_KNOWN}, max(struct_pack({row})) OVER (PARTITION BY {keys} "
        f"ORDER BY {known} RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS {_WON}\n"
        f"    FROM {_quoted(table)} WHERE {there}"
    )
    same = [f"{_EVENT}.{_quoted(mine)} = {name}.{_quoted(its)}" for mine, its in standing.key.items()]
    after = f"{_EVENT}.{_quoted(time)} {'>' if standing.before else '>='} {name}.{_KNOWN}"
    return f"ASOF LEFT JOIN (\n    {rows}\n) AS {name} ON {' AND '.join([*same, after])}"


def _columns(name: str, standing: Standing, time: str) -> Iterator[str]:
    first = 2 if standing.arrived else 1
    for place, column in enumerate(standing.columns, first):
        value = f"{name}.{_WON}.c{place}"
        if standing.within is not None:
            oldest = f"{_EVENT}.{_quoted(time)} - to_microseconds({round(standing.within * 1e6)})"
            value = f"CASE WHEN {name}.{_WON}.c0 >= {oldest} THEN {value} END"
        yield f"{value} AS {_quoted(standing.name_of(column))}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
