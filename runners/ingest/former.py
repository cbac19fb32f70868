"""The version before: its parts, which are taken over as they are, but for the rows that newer ones replace."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from runners.contract import InputError, InputGone, SourceUnavailable
from runners.contract.request import PREVIOUS
from runners.ingest.origins import NO_ORIGINS, Origins
from runners.ingest.outcome import PROFILE
from runners.ingest.parts import KEY, hashes_at
from runners.inputs import Lent
from runners.sources.reading import BATCH_ROWS
from runners.tables.bag import row_hashes
from runners.tables.streamed import streamed
from runners.tables.summary import Summary, from_bytes, summarise
from runners.tables.summary.hashes import Hashes
from runners.tables.version import PARTS, Manifest, Part, read_manifest

OTHERWISE = "the version before was asked for otherwise"


@dataclass(frozen=True)
class Former:
    """A version that is gone on with."""

    files: Lent
    manifest: Manifest
    origins: Origins = NO_ORIGINS

    @classmethod
    def of(cls, files: Lent | None, made_by: str | None) -> tuple[Self | None, str]:
        """Return a former version; where it can't be gone on with, nothing, and why.

        Args:
            files: the version's.
            made_by: the digest of what is asked for; None where one that was asked for otherwise is one, too.
        """
        if files is None:
            return None, ""
        try:
            manifest = read_manifest(files.path(PARTS).parent) if files.has(PARTS) else None
            if manifest is None:
                return None, "the version before isn't one of parts"
            if made_by not in (None, manifest.made_by):
                return None, OTHERWISE
            found = cls(files, manifest, Origins.from_json(manifest.read))
            found.check()
        except (InputError, ValueError) as error:
            return None, f"the version before can't be understood: {error}"
        return found, ""

    def check(self) -> None:
        """See that all of it is there, and that its summaries can be read.

        Raises:
            InputError: a part is gone.
            ValueError: a summary can't be understood.
        """
        if lost := [name for part in self.manifest.parts for name in part.files if not self.files.has(name)]:
            raise InputError(f"{lost[0]} is gone", self.files.url, "ingest the dataset again")
        if self.summary.types != self.manifest.types or self.summary.rows != self.manifest.rows:
            raise ValueError("its summaries are of other rows")
        known = {origin.number for origin in self.origins.files.values()}
        if any(number not in known for part in self.manifest.parts for number, _ in part.spans):
            raise ValueError("a part has rows of a file that isn't known")

    def summary_of(self, part: Part) -> Summary:
        """Return the summary of a part.

        Raises:
            ValueError: it can't be understood.
        """
        return from_bytes(self.files.path(part.summary).read_bytes())

    @cached_property
    def closed(self) -> tuple[Part, ...]:
        """Return the parts whose rows aren't read again."""
        return tuple(part for part in self.manifest.parts if not part.is_open and part.rows)

    @cached_property
    def summaries(self) -> dict[Part, Summary]:
        """Return the summary of each part that isn't read again."""
        return {part: self.summary_of(part) for part in self.closed}

    @cached_property
    def closed_summary(self) -> Summary:
        """Return the summary of all of them together."""
        return reduce(Summary.merged, self.summaries.values(), self._nothing)

    @cached_property
    def summary(self) -> Summary:
        """Return the summary of all rows."""
        opened = [self.summary_of(part) for part in self.manifest.parts if part.is_open]
        return reduce(Summary.merged, opened, self.closed_summary)

    def rows(self) -> Iterator[Any]:
        """Yield all rows, as they are stored."""
        for part in self.manifest.parts:
            yield from streamed(self.files.path(part.file), BATCH_ROWS)

    @property
    def _nothing(self) -> Summary:
        of_any = next((self.summary_of(part) for part in self.manifest.parts), None)
        return summarise((), self.manifest.types, of_any.target if of_any else None)

    @property
    def closed_rows(self) -> int:
        """Return how many rows aren't read again."""
        return sum(part.rows for part in self.closed)


def of_files(part: Part, gone: Collection[int]) -> Any | None:
    """Return which rows of a part stay when some files go, by their numbers, as a mask; None where all do."""
    if not any(number in gone for number, _ in part.spans):
        return None
    stays = [number not in gone for number, _ in part.spans]
    return pa.array(np.repeat(np.array(stays, bool), [count for _, count in part.spans]))


def of_keys(base: Former, part: Part, key: tuple[str, ...], gone: Hashes | None, present: Hashes | None) -> Any | None:
    """Return which rows of a part stay, as a mask; None where all do, by the hashes beside it.

    Args:
        base: the version of the part.
        part: one of its parts.
        key: the columns that name a row.
        gone: the hashes of keys whose rows go.
        present: the hashes of keys whose rows stay, where all others go.
    """
    if not key:
        return None
    held = hashes_at(base.files.path(part.hashes(KEY)))
    hit = gone is not None and bool(found_in(held, gone[:, 0]).any())
    lost = present is not None and not found_in(np.sort(present[:, 0]), held).all()
    if not hit and not lost:
        return None
    columns = parquet.read_table(base.files.path(part.file), columns=list(key))
    mine = row_hashes([columns[name].combine_chunks() for name in key])
    stays = np.ones(len(mine), bool)
    if hit and gone is not None:
        stays &= ~_among(mine, gone)
    if lost and present is not None:
        stays &= _among(mine, present)
    return pa.array(stays)


def found_in(held: Hashes, wanted: Hashes) -> NDArray[np.bool_]:
    """Tell which hashes are among others that are sorted."""
    if not len(held):
        return np.zeros(len(wanted), bool)
    found: NDArray[np.bool_] = held[np.minimum(np.searchsorted(held, wanted), len(held) - 1)] == wanted
    return found


def _among(mine: Hashes, others: Hashes) -> NDArray[np.bool_]:
    """Tell which pairs of hashes are among others."""
    found = np.isin(mine[:, 0], others[:, 0])
    pairs = set(map(tuple, others[np.isin(others[:, 0], mine[found, 0])].tolist()))
    found[found] = [pair in pairs for pair in map(tuple, mine[found].tolist())]
    return found


MOST_BYTES = 2**26
"""Bytes of a profile beyond which it isn't read."""


def former_profile(former: Lent | None, inputs: Mapping[str, str]) -> Mapping[str, Any] | None:
    """Return the profile of the version before, where there is one that can be read.

    What has drifted is worth telling, and not worth a failure: no other reason is told here for its not being there.

    Args:
        former: the version that is gone on with, or of which the profile alone is looked at.
        inputs: URLs of other versions by their roles, among which that of the limits of drift may be.
    """
    files = former or (Lent.of(inputs[PREVIOUS], None) if PREVIOUS in inputs else None)
    try:
        path = files.path(PROFILE) if files and files.has(PROFILE) else None
        told = json.loads(path.read_bytes()) if path and path.stat().st_size <= MOST_BYTES else None
    except (InputError, InputGone, SourceUnavailable, OSError, ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None
