"""Writes a table from a source: one stream into Parquet, checked, digested and summarised on its way.

The Parquet file holds equal bytes for equal rows: fixed row groups, no times, no names of machines. It is never read
again: all that is said of the table comes from what was found out while it passed by.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from types import MappingProxyType
from typing import Any, Protocol

import pyarrow as pa
from pyarrow import parquet

from runners.contract import InputError, Violation
from runners.ingest.drift import drifted, previous_of
from runners.ingest.findings.watching import Seen, Watch
from runners.ingest.keys import Keys
from runners.ingest.newcomers import Newcomers
from runners.ingest.parameters import Parameters
from runners.ingest.repeats import Repeats
from runners.ingest.rules import Rules
from runners.ingest.sides import Sides
from runners.ingest.spool import Spool, column
from runners.ingest.straight import Rows, Straight, TypesDiffer
from runners.ingest.suspects import Suspects
from runners.ingest.verdict import Counted, Verdict
from runners.sources.reading import Reading
from runners.tables.columns import ARROW, convert
from runners.tables.content import GROUP_ROWS, Content
from runners.tables.summary import Summary, summarise, summary_of
from runners.tables.types import Type
from runners.tables.version import DATA

NONE: Mapping[str, str] = MappingProxyType({})
_REPEATED = 4
"""How often the values of a column occur on average that is written with a dictionary."""


@dataclass(frozen=True)
class Written:
    """The digest and the summary of what was written."""

    content: str
    summary: Summary


@dataclass(frozen=True)
class Table:
    """A table that was written, and what was found out while writing.

    `distinct` holds how many values differ of the columns in which that was counted exactly beside the summary;
    `details` the rows and values behind the violations, which stay in the data store. `widened` says what of the schema
    would have to be wider, `newcomers` what the columns are like that are no part of the table until they are declared.
    `seen` is what findings are made of beside the summary; None where not all rows passed by.
    """

    path: Path
    content: str
    summary: Summary
    violations: tuple[Violation, ...]
    details: tuple[dict[str, Any], ...] = ()
    distinct: Mapping[str, int] = field(default_factory=dict)
    sides: Mapping[str, Any] = field(default_factory=dict)
    """How many rows are on which side, where the spec states a split."""
    widened: Mapping[str, Any] | None = None
    newcomers: Summary | None = None
    seen: Seen | None = None
    moving: Collection[str] = ()
    """Columns whose values are others in newer rows by nature: what they were so far is no rule."""

    @property
    def rows(self) -> int:
        """Return how many rows it has."""
        return self.summary.rows

    @property
    def types(self) -> dict[str, Type]:
        """Return how its columns are stored."""
        return self.summary.types


class Digest(Protocol):
    """The digest of what is written, which grows with each group of rows."""

    def add(self, group: Any) -> None:
        """Digest the next group."""

    def hexdigest(self) -> str:
        """Return the digest of all that was added."""


class Watcher(Protocol):
    """Something that is shown the groups of rows that are written, in their order."""

    def see(self, group: Any, found: Summary) -> None:
        """Look at the next group, and what is known of it."""


def write_table(
    reading: Reading,
    params: Parameters,
    folder: Path,
    again: Callable[[], Reading] | None = None,
    inputs: Mapping[str, str] = NONE,
) -> Table:
    """Write what a source holds to `data.parquet`, and check it.

    A column whose values don't all fit their declared type is written as what it is, for inspection.

    Args:
        reading: the source, opened.
        params: the schema and the roles that the table is held to.
        folder: where the table is written.
        again: opens the source anew, where that costs little: then its rows go straight to the table as long as the
            types of the first ones fit, and through the spool only if a later one has another.
        inputs: URLs of the folders of the datasets that its keys lead to, by their roles.

    Raises:
        InputError: the source, or a pattern of the schema, is wrong.
        SourceUnavailable: the source is out of reach.
    """
    declared, spellings = params.columns or {}, params.source.spellings
    with TemporaryDirectory(prefix="setpoint-") as place:
        if again is not None:
            straight = Straight(reading.batches, declared, spellings, is_text=reading.is_text)
            with suppress(TypesDiffer):
                return _Writing(reading, params, straight.types, Path(place), inputs).write(straight.rows(), folder)
            reading = again()
        spool = Spool(Path(place), declared, spellings)
        spool.fill(reading.batches, is_text=reading.is_text)
        return _Writing(reading, params, spool.types(), Path(place), inputs).write(_spooled(spool), folder)


class _Writing:
    """One table on its way from its rows to the file, and all that is found out of it there."""

    def __init__(
        self, reading: Reading, params: Parameters, types: dict[str, Type], place: Path, inputs: Mapping[str, str]
    ) -> None:
        if not types:
            raise InputError("there are no rows and no columns", reading.read_from, "fill the source first")
        self._newcomers = Newcomers(types, params)
        types = self._newcomers.others
        self._params, self._types = params, types
        self._verdict = Verdict(params)
        self._suspects = Suspects(types, params) if reading.is_text else None
        hashes = Path(mkdtemp(dir=place))
        self._repeats = Repeats(hashes, unique_of(params), watched_of(types, params))
        self._watch = Watch(types, params, hashes / "rows")
        self._sides = Sides.of(params)
        self._keys = Keys(params, types, inputs, Path(mkdtemp(dir=place)))
        self._rules = Rules(params, types)
        self._previous = previous_of(params, inputs)

    def write(self, rows: Iterable[Rows], folder: Path) -> Table:
        """Write the rows, and say what they are like."""
        with closing(self._rules):
            return self._written(rows, folder)

    def _written(self, rows: Iterable[Rows], folder: Path) -> Table:
        others = (self._suspects, self._sides)
        watchers: list[Watcher] = [self._repeats, self._watch, self._keys, self._rules]
        watchers += [other for other in others if other]
        target = self._params.target
        written = write(folder / DATA, self._types, self._judged(rows), target=target, watchers=watchers)
        columns, distinct = written.summary.columns, self._repeats.distinct()

        def counted(name: str) -> Counted:
            return Counted(columns[name].count, distinct[name])

        is_empty = written.summary.rows > 0 and not any(found.count for found in columns.values())
        violations = self._verdict.violations(tuple(self._types), counted, all_missing=is_empty)
        suspected = tuple(self._suspects.violations()) if self._suspects else ()
        told = (*violations, *suspected, *self._keys.violations(), *self._rules.violations())
        told += tuple(drifted(written.summary, self._previous, self._params)) if self._previous else ()
        told += tuple(self._sides.violations()) if self._sides else ()
        details = (*self._verdict.details(), *self._rules.details())
        return Table(
            folder / DATA,
            written.content,
            written.summary,
            told,
            details,
            distinct,
            sides=self._sides.told if self._sides else {},
            widened=self._verdict.widened(told, self._types),
            newcomers=self._newcomers.summary,
            seen=self._watch.seen(),
        )

    def _judged(self, rows: Iterable[Rows]) -> Iterator[Any]:
        """Yield what is stored, once the verdict has seen it."""
        for part in rows:
            stored = self._newcomers.taken_from(part.stored)
            self._verdict.see(part.came, self._types, stored)
            yield stored


def unique_of(params: Parameters) -> set[str]:
    """Return the columns that must hold each value once."""
    asked = {name for name, declared in (params.columns or {}).items() if declared.unique}
    return asked | ({params.identifier} if params.identifier else set())


def watched_of(types: Mapping[str, Type], params: Parameters) -> dict[str, Type]:
    """Return the columns that are watched for repeats: those that must have none, and those that may name rows."""
    asked = unique_of(params)
    return {name: type_ for name, type_ in types.items() if name in asked or type_ in ("integer", "string")}


def write(
    path: Path,
    types: Mapping[str, Type],
    batches: Iterable[Any],
    *,
    target: str | None = None,
    watchers: Sequence[Watcher] = (),
    digest: Digest | None = None,
) -> Written:
    """Write batches of stored columns to a Parquet file; return their content digest and their summary."""
    schema = pa.schema([(name, ARROW[type_]) for name, type_ in types.items()])
    content = Content(schema) if digest is None else digest
    summary = summarise((), types, target)
    with ExitStack() as stack:
        writer = None
        for group in _grouped(batches, GROUP_ROWS):
            content.add(group)
            found = summary_of(group, types, target)
            if writer is None:
                writer = stack.enter_context(_writer(path, schema, found))
            writer.write_batch(group, row_group_size=GROUP_ROWS)
            summary = summary.merged(found)
            for watcher in watchers:
                watcher.see(group, found)
            pa.default_memory_pool().release_unused()  # which Arrow would keep, several times what is in use
        if writer is None:
            stack.enter_context(_writer(path, schema, summary))
    return Written(content.hexdigest(), summary)


def _writer(path: Path, schema: Any, first: Summary) -> Any:
    """Open a Parquet file; columns get a dictionary whose first rows repeat their values: for others it is a waste."""
    coded = [name for name, column in first.columns.items() if column.distinct * _REPEATED <= column.count]
    can_be = [name for name in coded if first.columns[name].type != "boolean"]
    return parquet.ParquetWriter(path, schema, compression="zstd", use_dictionary=can_be)


def _spooled(spool: Spool) -> Iterator[Rows]:
    types = spool.types()
    for batch in spool.batches():
        arrays = [convert(column(batch, name), type_, spool.spellings.of(name))[0] for name, type_ in types.items()]
        yield Rows(batch, pa.RecordBatch.from_arrays(arrays, names=list(types)))


def _grouped(batches: Iterable[Any], rows: int) -> Iterator[Any]:
    """Yield the same rows in batches of exactly so many, and a last one of the rest."""
    held: list[Any] = []
    count = 0
    for batch in batches:
        start = 0
        while start < batch.num_rows:
            piece = batch.slice(start, rows - count)
            held.append(piece)
            count, start = count + piece.num_rows, start + piece.num_rows
            if count == rows:
                yield _joined(held)
                held, count = [], 0
    if held:
        yield _joined(held)


def _joined(pieces: list[Any]) -> Any:
    return pa.Table.from_batches(pieces).combine_chunks().to_batches()[0]
