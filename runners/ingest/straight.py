"""The straight way from a source to stored columns: the first rows tell the types, and all others must fit them.

Each value is read once, and nothing is written in between. Where a later row shows that a column is of another type,
or breaks its declared one, this way ends: then the source is read again through the spool, which is never surprised.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pyarrow as pa

from runners.ingest.parameters import Column
from runners.ingest.spool import column
from runners.tables.bulk import read_texts
from runners.tables.columns import ANY, ARROW, candidates, convert, narrowest, plain, unblanked
from runners.tables.content import GROUP_ROWS
from runners.tables.types import Spellings, Type


class TypesDiffer(Exception):
    """A later row is of another type than the first ones."""


@dataclass(frozen=True)
class Rows:
    """Rows of a source: as they came, made plain, and as they are stored."""

    came: Any
    stored: Any


class Straight:
    """A source's rows by the types of its first ones."""

    def __init__(
        self, batches: Iterable[Any], declared: Mapping[str, Column], spellings: Spellings, *, is_text: bool
    ) -> None:
        """Read the first rows, and tell the types by them; a declared type is taken for granted."""
        self._declared, self._spellings, self._is_text = declared, spellings, is_text
        self._batches = map(_plain, batches)
        self._head = list(_head(self._batches))
        self._fits: dict[str, frozenset[str]] = {}
        for batch in self._head:
            for name, values in zip(batch.schema.names, batch.columns, strict=True):
                self._fits[name] = self._fits.get(name, ANY) & self._candidates(name, values)
        self.types: dict[str, Type] = {
            name: declared[name].type if name in declared else narrowest(fits) for name, fits in self._fits.items()
        }

    def rows(self) -> Iterator[Rows]:
        """Yield all rows in their order.

        Raises:
            TypesDiffer: some aren't of the types.
        """
        for batch in chain(self._first(), self._batches):
            if not self.types.keys() >= set(batch.schema.names):
                raise TypesDiffer
            arrays = [self._stored(name, column(batch, name)) for name in self.types]
            yield Rows(batch, pa.RecordBatch.from_arrays(arrays, names=list(self.types)))

    def _first(self) -> Iterator[Any]:
        while self._head:
            yield self._head.pop(0)

    def _candidates(self, name: str, values: Any) -> frozenset[str]:
        return candidates(values, is_text=self._is_text, spellings=self._spellings.of(name))

    def _stored(self, name: str, values: Any) -> Any:
        """Return the values of a column as they are stored.

        Raises:
            TypesDiffer: they aren't of its type.
        """
        type_ = self.types[name]
        if values.null_count == len(values):
            return pa.nulls(len(values), ARROW[type_])
        is_known = name in self._declared or self._fits[name] != ANY
        if values.type == ARROW[type_] and is_known and (type_ != "string" or self._is_settled(name)):
            return values
        if is_known and (found := self._in_bulk(name, values, type_)) is not None:
            return found
        self._narrow(name, values)
        made, misfits = convert(values, type_, self._spellings.of(name))
        if misfits.true_count:
            raise TypesDiffer
        return made

    def _narrow(self, name: str, values: Any) -> None:
        """Take into account which types more values fit.

        Raises:
            TypesDiffer: the column is of another one therefore.
        """
        if name not in self._declared:
            self._fits[name] &= self._candidates(name, values)
            if narrowest(self._fits[name]) != self.types[name]:
                raise TypesDiffer

    def _is_settled(self, name: str) -> bool:
        """Tell whether a column of texts can be nothing else any more."""
        return name in self._declared or self._fits[name] == {"string"}

    def _in_bulk(self, name: str, values: Any, type_: Type) -> Any | None:
        """Read texts that are spelled as most are, some missing; None where they aren't, or have types of their own."""
        spellings = self._spellings.of(name)
        is_usual = (spellings.decimal, spellings.thousands, spellings.dates) == (".", None, None)
        if not self._is_text or not is_usual or values.type != ARROW["string"] or type_ == "string":
            return None
        found = read_texts(values, type_)
        return read_texts(unblanked(values, spellings.blanks), type_) if found is None else found


def _plain(batch: Any) -> Any:
    return pa.RecordBatch.from_arrays([plain(values) for values in batch.columns], names=batch.schema.names)


def _head(batches: Iterator[Any]) -> Iterator[Any]:
    """Yield batches up to as many rows as tell the types."""
    rows = 0
    for batch in batches:
        yield batch
        rows += batch.num_rows
        if rows >= GROUP_ROWS:
            return
