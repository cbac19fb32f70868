"""From a table's changes to the rows of its next version: the seam between a log and a growing table.

A log is brought to its net effect, and that to batches such as a growing table gives: the newest state of each row that
was touched, and marks of those that are gone. All else is what growing tables do.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa

from runners.ingest.former import Former
from runners.ingest.grown import NotAppendable
from runners.ingest.net import UNCHANGED, Net, State, Unfounded
from runners.ingest.parameters import Owner
from runners.ingest.unchanged import Unchanged
from runners.sources.changes.postgres import Following, Mark, NoLongerFollowed, batch_of, following
from runners.sources.cursors import OPEN, Growth
from runners.sources.parameters import ChangesSource, Growing
from runners.sources.reading import Reading, batched

GONE = "setpoint_gone"
"""The column that marks a row as gone."""
PLACE = "changes"
"""Under this name a version keeps where its changes end."""


@contextmanager
def changing(source: ChangesSource, owner: Owner, base: Former | None, place: Path) -> Iterator[Growth]:
    """Open the changes of a table since a former version, or all of its rows.

    Args:
        source: the table.
        owner: whose version it is.
        base: the former version.
        place: a folder for as long as it is open.

    Raises:
        NotAppendable: the changes don't go on with the former version.
        InputError: the table can't be followed.
        SourceUnavailable: the database doesn't answer.
    """
    try:
        since = Mark.from_json(base.manifest.read.get(PLACE)) if base else None
        if base is not None and since is None:
            raise NotAppendable("the version before has followed nothing")
        with following(source, owner.dataset, owner.environment, since) as table:
            yield from _snapshot(table) if base is None or since is None else _changed(table, since, base, place)
    except (NoLongerFollowed, Unfounded) as error:
        raise NotAppendable(str(error)) from error


def _snapshot(table: Following) -> Iterator[Growth]:
    batches = table.snapshot()
    first = next(batches)  # from now on it is known which moment it is
    yield _growth(table, map(_closed, chain([first], batches)))


def _changed(table: Following, since: Mark, base: Former, place: Path) -> Iterator[Growth]:
    names = [column.name for column in table.table.columns]
    with Net(place, names, table.table.key) as net:
        for change in table.changes(since):
            net.apply(change)
        yield _growth(table, _rows(net, table, base), is_anew=net.is_anew)


def _growth(table: Following, batches: Iterator[Any], *, is_anew: bool = False) -> Growth:
    growing = Growing(key=table.table.key, deleted=GONE)
    notes = {"slot": table.names.slot, **table.slot.as_json()} if table.source.follow else {}
    reading = Reading(batches, is_text=False, read_from=f"{table.source.url}: {table.table.schema}.{table.table.name}")
    types = {column.name: column.type for column in table.table.columns}
    read = {PLACE: table.mark.as_json()} if table.source.follow else {}
    return Growth(reading, growing, lambda: read, types=types, is_anew=is_anew, notes=notes)


def _rows(net: Net, table: Following, base: Former) -> Iterator[Any]:
    yield _closed(batch_of(table.table, []))
    unchanged = Unchanged(base, table.table)
    for states in batched(net.states()):
        yield _batch(states, table, unchanged)


def _batch(states: Sequence[State], table: Following, unchanged: Unchanged) -> Any:
    columns = list(zip(*(state.cells for state in states), strict=True))
    is_left = {
        column.name: [cell == UNCHANGED for cell in cells]
        for column, cells in zip(table.table.columns, columns, strict=True)
        if UNCHANGED in cells
    }
    texts = [[None if cell == UNCHANGED else cell for cell in cells] for cells in columns]
    batch = batch_of(table.table, texts)
    if is_left:
        batch = unchanged.filled(batch, is_left, [state.origin for state in states])
    return _closed(batch, [state.is_gone for state in states])


def _closed(batch: Any, is_gone: list[bool] | None = None) -> Any:
    """Say of rows that no later reading brings them again, and which of them are gone."""
    marks: Mapping[str, Any] = {
        OPEN: pa.repeat(pa.scalar(0, pa.int64()), batch.num_rows),
        GONE: pa.array(is_gone or [False] * batch.num_rows, pa.bool_()),
    }
    return pa.RecordBatch.from_arrays([*batch.columns, *marks.values()], names=[*batch.schema.names, *marks])
