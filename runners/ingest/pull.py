"""A pull of a growing source: its new rows, checked by the verdict, parted into what stays and what is read again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute as pc

from runners.ingest.grown import NotAppendable, difference
from runners.ingest.held import Held
from runners.ingest.parameters import Column, Parameters
from runners.ingest.spool import Spool, column
from runners.ingest.verdict import Verdict
from runners.sources.cursors import OPEN
from runners.sources.parameters import Growing
from runners.tables.bag import row_hashes
from runners.tables.columns import ANY, ARROW, convert, narrowest, plain
from runners.tables.summary import Summary
from runners.tables.summary.hashes import Hashes
from runners.tables.types import Spellings, Type


@dataclass
class Pull:
    """The rows of one pull, on the disk.

    `closed()` and `open()` yield what is stored, each once and in this order. Then `keys` are the hashes of the keys of
    all rows that were read, deleted ones too, unless nobody needs them: all rows of a table have too many. Where it
    `is_log`, several rows may have one key, and the last of them counts.
    """

    spool: Spool
    params: Parameters
    growing: Growing
    types: dict[str, Type]
    verdict: Verdict
    place: Path
    held: Held
    needs_keys: bool = False
    is_log: bool = False
    keys: list[Hashes] = field(default_factory=list)
    rows: int = 0
    deleted: int = 0

    def closed(self) -> Iterator[Any]:
        """Yield the rows that no later pull brings again."""
        schema = pa.schema([(name, ARROW[type_]) for name, type_ in self.types.items()])
        with pa.OSFile(str(self.place / "open.arrow"), "wb") as sink, pa.ipc.new_stream(sink, schema) as left:
            for batch in self._batches():
                stored, is_open = self._seen(batch)
                left.write_batch(stored.filter(is_open))
                yield stored.filter(pc.invert(is_open))

    def open(self) -> Iterator[Any]:
        """Yield the rows that the next pull brings again."""
        with pa.OSFile(str(self.place / "open.arrow")) as source, pa.ipc.open_stream(source) as stream:
            yield from stream

    def _batches(self) -> Iterator[Any]:
        """Yield what was read; of rows with one key, the last."""
        if not (self.is_log and self.growing.key):
            yield from self.spool.batches()
            return
        hashes = [np.zeros((0, 2), np.uint64)]
        hashes += [row_hashes(self._stored(batch, self.growing.key).columns) for batch in self.spool.batches()]
        stays, start = pa.array(lasts(np.concatenate(hashes))), 0
        for batch in self.spool.batches():
            yield batch.filter(stays.slice(start, batch.num_rows))
            start += batch.num_rows

    def _seen(self, batch: Any) -> tuple[Any, Any]:
        growing = self.growing
        stored, is_open = self._stored(batch, self.types), pc.fill_null(pc.equal(column(batch, OPEN), 1), False)
        if growing.key and self.needs_keys:
            self.keys.append(row_hashes([stored.column(name) for name in growing.key]))
        if growing.deleted:
            stays = pc.invert(_is_marked(column(batch, growing.deleted)))
            self.deleted += batch.num_rows - stays.true_count
            batch, stored, is_open = batch.filter(stays), stored.filter(stays), is_open.filter(stays)
        self.verdict.see(batch, self.types, stored)
        self.held.see(stored)
        self.rows += batch.num_rows
        return stored, is_open

    def _stored(self, batch: Any, names: Iterable[str]) -> Any:
        spellings = self.spool.spellings
        arrays = [convert(column(batch, name), self.types[name], spellings.of(name))[0] for name in names]
        return pa.RecordBatch.from_arrays(arrays, names=list(names))

    def seen_keys(self) -> Hashes:
        """Return the hashes of the keys that were read."""
        return np.concatenate([np.zeros((0, 2), np.uint64), *self.keys])


def lasts(hashes: Hashes) -> NDArray[np.bool_]:
    """Tell of each pair of hashes whether it is the last one that is equal."""
    order = np.lexsort((hashes[:, 1], hashes[:, 0]))  # which leaves equal ones in their order
    found = np.ones(len(hashes), bool)
    found[order[:-1]] = (hashes[order[1:]] != hashes[order[:-1]]).any(axis=1)
    return found


def hashed_keys(batches: Iterable[Any], key: Sequence[str], types: Mapping[str, Type], spellings: Spellings) -> Hashes:
    """Return the hashes of the keys in some batches of nothing else."""
    found = [np.zeros((0, 2), np.uint64)]
    for batch in batches:
        plains = [plain(column(batch, name)) for name in key]
        stored = [convert(values, types[name], spellings.of(name))[0] for name, values in zip(key, plains, strict=True)]
        found.append(row_hashes(stored))
    return np.concatenate(found)


def _is_marked(values: Any) -> Any:
    """Tell which rows are marked as deleted: true, a number but 0, or anything else that is there."""
    if pa.types.is_null(values.type):
        return pa.repeat(pa.scalar(False), len(values))
    if pa.types.is_boolean(values.type):
        return pc.fill_null(values, False)
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        return pc.fill_null(pc.not_equal(values, 0), False)
    return pc.is_valid(values)


def spooled(
    batches: Iterator[Any],
    params: Parameters,
    former: Summary | None,
    place: Path,
    known: Mapping[str, Type] = MappingProxyType({}),
) -> Spool:
    """Write what was read to the disk, and see which types fit it: those of former rows where there are any.

    `known` are the types that the source itself gives its columns, where nobody declares another.
    """
    declared = {name: Column(type=type_) for name, type_ in known.items()} | dict(params.columns or {})
    for name, type_ in (former.types if former else {}).items():
        if name not in declared and former is not None and former.columns[name].count:
            declared[name] = Column(type=type_)
    spool = Spool(place, declared, params.source.spellings)
    spool.fill(batches, is_text=False)
    return spool


def types_of(spool: Spool, params: Parameters, growing: Growing, former: Summary | None) -> dict[str, Type]:
    """Return how the columns are stored.

    Raises:
        NotAppendable: they aren't stored as former rows are.
    """
    aside = {OPEN, growing.deleted}
    types = {name: type_ for name, type_ in spool.types().items() if name not in aside}
    if former is None:
        return types
    if list(types) != list(former.types):
        raise NotAppendable(difference(list(former.types), list(types)))
    for name, type_ in former.types.items():
        found = _fitting(name, type_, spool, params, former)
        if found != type_:
            raise NotAppendable(f"column {name} was {type_} and is {found}")
    return dict(former.types)  # of a column whose values all went, new rows without any would tell another


def _fitting(name: str, type_: Type, spool: Spool, params: Parameters, former: Summary) -> Type:
    """Return the type that a column of former rows and new ones has: that of all of them, had they come at once."""
    fits = spool.fits.get(name, ANY)
    if fits == ANY or name in (params.columns or {}):
        return type_ if name not in spool.misfits else narrowest(fits)
    if not former.columns[name].count:
        return narrowest(fits)
    return type_ if type_ in fits and name not in spool.misfits else narrowest(fits)
