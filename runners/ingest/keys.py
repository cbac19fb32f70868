"""Keys of several columns: that no two rows have the same, and that those of another dataset are there.

Exact, in bounded memory and without a second reading: the values of a row leave one hash of 128 bits, which two of a
billion rows share by a chance of one in 10**20; what memory doesn't hold lies on the disk (`repeats.py`). As in SQL, a
row in which a value of the key is missing isn't held to it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc
from pyarrow import dataset

from runners.contract import InputError, Violation
from runners.counting import some
from runners.ingest.examples import EXAMPLES, first, listed
from runners.ingest.parameters import ForeignKey, Parameters
from runners.ingest.repeats import IN_MEMORY, Hashed, distinct_of
from runners.sources.derived import table_in
from runners.staging import local
from runners.tables.content import GROUP_ROWS
from runners.tables.schema import read_schema
from runners.tables.summary import Summary
from runners.tables.summary.hashes import Hashes, mixed, text_hashes
from runners.tables.summary.numbers import keys_of

_SALT = np.uint64(0x9E3779B97F4A7C15)
"""The odd number nearest to 2**64 by the golden ratio."""


class _Key(Protocol):
    """Columns whose values count together, and the hashes of those that were seen."""

    where: str
    names: tuple[str, ...]
    hashes: Hashed

    def add(self, group: Any, before: int) -> int:
        """Take the next rows, of which there were so many before; return of how many."""

    def violations(self, rows: int) -> Iterator[Violation]:
        """Say how the key is broken."""


def role_of(dataset: str) -> str:
    """Return under which role a dataset that a key leads to is an input."""
    return f"key-{dataset.rsplit('/', 1)[-1]}"


class Keys:
    """All keys of a dataset, as far as rows have been seen."""

    def __init__(self, params: Parameters, present: Iterable[str], inputs: Mapping[str, str], folder: Path) -> None:
        """Prepare for the keys whose columns are there.

        Args:
            params: the keys.
            present: the columns of the data.
            inputs: URLs of the other datasets' folders, by their roles.
            folder: where hashes lie that memory doesn't hold.

        Raises:
            InputError: another dataset isn't an input, is no table, or has no such column.
        """
        self._present, self._rows = frozenset(present), 0
        groups = [_Group(names, folder / f"unique-{n}") for n, names in enumerate(params.unique)]
        foreign = [_Foreign(key, inputs, folder / f"key-{n}") for n, key in enumerate(params.foreign_keys)]
        self._all: tuple[_Key, ...] = (*groups, *foreign)
        self._held = 0

    def see(self, group: Any, _found: Summary | None = None) -> None:
        """Take the keys of the next rows."""
        for key in self._all:
            if not self._missing(key.names):
                self._held += key.add(group, self._rows)
        self._rows += group.num_rows
        if self._held > IN_MEMORY:
            for key in self._all:
                key.hashes.spill()
            self._held = 0

    def _missing(self, names: Sequence[str]) -> list[str]:
        return [name for name in names if name not in self._present]

    def violations(self) -> Iterator[Violation]:
        """Say which keys are broken."""
        for key in self._all:
            if missing := self._missing(key.names):
                what = f"the key ({', '.join(key.names)}) names the column {missing[0]}, which is not in the data"
                yield Violation(where=missing[0], what=what, fix=f"bring it back, or change {key.where} in the spec")
            else:
                yield from key.violations(self._rows)


class _Group:
    """Columns whose values together are there once."""

    def __init__(self, names: tuple[str, ...], folder: Path) -> None:
        self.where, self.names, self.hashes = "unique", names, Hashed(folder, 2)
        self._count = 0

    def add(self, group: Any, _before: int) -> int:
        hashes, _ = _hashes([group.column(name) for name in self.names])
        self.hashes.add(hashes)
        self._count += len(hashes)
        return len(hashes)

    def violations(self, rows: int) -> Iterator[Violation]:
        more = self._count - sum(map(distinct_of, self.hashes.parts()))
        if more:
            what = f"{some(more, rows, 'rows', 'repeats', 'repeat')} an earlier one in these columns together"
            fix = "remove the duplicates at the source, or change `unique` in the spec"
            yield Violation(where=", ".join(self.names), what=what, fix=fix)


class _Foreign:
    """Columns whose values together are there in another dataset."""

    def __init__(self, key: ForeignKey, inputs: Mapping[str, str], folder: Path) -> None:
        self.where, self.names, self._key = "foreign_keys", key.columns, key
        role = role_of(key.dataset)
        if role not in inputs:
            raise InputError(f"the request has no {role}", f"inputs.{role}", f"give the URL of {key.dataset}'s folder")
        self._folder, self._place = local(inputs[role]), folder
        self._reading = read_schema(self._folder)
        if lost := next((name for name in key.key if name not in self._reading.columns), None):
            fix = f"name one of {', '.join(list(self._reading.columns)[:10])}"
            raise InputError(f"{key.dataset} has no column {lost}", "foreign_keys", fix)
        self.hashes: Hashed = Hashed(folder, 3)
        self._alien, self._aliens = 0, np.zeros(0, np.uint64)

    def add(self, group: Any, before: int) -> int:
        """Take the hashes of rows with their numbers; what the other dataset couldn't even hold is none of its keys."""
        came = [group.column(name) for name in self.names]
        read = [self._reading.read(there, values) for there, values in zip(self._key.key, came, strict=True)]
        alien = reduce(pc.or_, (values.misfits for values in read))
        alien = pc.and_(alien, reduce(pc.and_, map(pc.is_valid, came)))
        self._alien += alien.true_count
        places = np.array(first(alien, EXAMPLES - len(self._aliens)), np.uint64)
        self._aliens = np.concatenate([self._aliens, places + np.uint64(before)])
        hashes, rows = _hashes([values.array for values in read])
        self.hashes.add(np.column_stack([hashes, rows.astype(np.uint64) + np.uint64(before)]))
        return len(hashes)

    def violations(self, rows: int) -> Iterator[Violation]:
        strangers, found = self._strangers()
        if strangers:
            key = f"{self._key.dataset} ({', '.join(self._key.key)})"
            named = listed([f"row {row + 1:,}" for row in found], strangers)
            what = f"{some(strangers, rows, 'rows', 'names', 'name')} what isn't in {key}: {named}"
            fix = f"correct the source, or bring {self._key.dataset} up to date first"
            yield Violation(where=", ".join(self.names), what=what, fix=fix)

    def _strangers(self) -> tuple[int, list[int]]:
        """Return how many rows name what isn't there, and the first of them."""
        there = self._there()
        if self.hashes.is_parted or there.is_parted:  # both in the same parts, or neither in any
            self.hashes.part()
            there.part()
        count, found = self._alien, self._aliens
        for mine, others in zip(self.hashes.parts(), there.parts(), strict=True):
            lost = mine[~_among(mine[:, :2], others), 2]
            count += len(lost)
            found = np.sort(np.concatenate([found, lost]))[:EXAMPLES]
        return count, [int(row) for row in found]

    def _there(self) -> Hashed:
        """Return the hashes of the other dataset's keys."""
        there = Hashed(self._place.with_name(f"{self._place.name}-there"), 2)
        file = table_in(self._folder, self._key.dataset)
        for batch in dataset.dataset(file, format="parquet").to_batches(
            columns=[*self._key.key], batch_size=GROUP_ROWS
        ):
            there.add(_hashes([self._reading.read(name, batch.column(name)).array for name in self._key.key])[0])
            if there.held > IN_MEMORY:
                there.spill()
        return there


def _hashes(columns: Sequence[Any]) -> tuple[Hashes, Any]:
    """Return the hashes of rows in two lanes, and the places of the rows; without those that miss a value."""
    valid = np.ones(len(columns[0]), np.bool_)
    for values in columns:
        valid &= pc.is_valid(values).to_numpy(zero_copy_only=False)
    keep = pa.array(valid)
    lanes = np.zeros((int(valid.sum()), 2), np.uint64)
    for values in columns:
        lanes = mixed((lanes * _SALT + _lanes(values.filter(keep))).view(np.int64))
    return lanes, np.flatnonzero(valid)


def _lanes(present: Any) -> Hashes:
    if pa.types.is_string(present.type):
        return np.column_stack(text_hashes(present))
    if pa.types.is_boolean(present.type):
        present = present.cast(pa.int64())
    keys = keys_of(present)
    return np.column_stack([mixed(keys), mixed(keys ^ np.int64(0x5DEECE66D))])


def _among(mine: Hashes, others: Hashes) -> Any:
    """Tell of each row of hashes whether it is among others."""
    if not len(mine) or not len(others):
        return np.zeros(len(mine), np.bool_)
    kind = np.dtype([("a", np.uint64), ("b", np.uint64)])
    ours, theirs = (np.ascontiguousarray(one).view(kind).ravel() for one in (mine, others))
    return np.isin(ours, theirs)
