"""A growing folder of files: a version is what is left of the former one's parts, and new ones of the files that came.

A file that is as it was isn't read. One that was changed takes the place of what it was, and the rows of one that is
gone go. Where the columns of all files together are stored otherwise than before, all are read again: the result says
why.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from runners.contract import InputError, Violation
from runners.ingest.draft import Draft, Span
from runners.ingest.former import Former, of_files
from runners.ingest.grown import Grown, NotAppendable, asked, difference, finished, layout_of, on_or_anew, verdict_after
from runners.ingest.held import Held
from runners.ingest.origins import NO_ORIGINS, Origin, Origins
from runners.ingest.parameters import Parameters
from runners.ingest.spool import column
from runners.ingest.suspects import suspects_of
from runners.ingest.taking import Taken, take
from runners.inputs import Lent
from runners.sources import NO_INPUTS
from runners.tables.columns import convert, narrowest
from runners.tables.content import GROUP_ROWS
from runners.tables.types import Type


def grow_by_files(
    params: Parameters, folder: Path, former: Lent | None, inputs: Mapping[str, str] = NO_INPUTS
) -> Grown:
    """Write a version of a table that grows by files to a folder.

    Args:
        params: the source, the schema and the roles.
        folder: where the version is written.
        former: the version before; without one, or where it can't be gone on with, all is read.
        inputs: the folders of the datasets that keys lead to, and of the version that limits of drift are about.

    Raises:
        InputError: the source, or the schema, is wrong.
        SourceUnavailable: the source is out of reach, or a file is written again and again while it is read.
    """
    files = params.source.files
    assert files is not None
    take_new = partial(take, files, params)
    return on_or_anew(
        lambda base, why: write_taken(take_new, params, folder, inputs, base=base, why=why),
        *Former.of(former, asked(params)),
    )


def write_taken(
    take_new: Callable[[Origins, Path], Taken],
    params: Parameters,
    folder: Path,
    inputs: Mapping[str, str],
    *,
    base: Former | None = None,
    why: str = "",
) -> Grown:
    """Write a version of what is taken of a source.

    Args:
        take_new: reads what isn't in the version before to a folder.
        params: the source, the schema and the roles.
        folder: where the version is written.
        inputs: the folders of the datasets that keys lead to, and of the version that limits of drift are about.
        base: the version before, where it is gone on with.
        why: why it isn't.

    Raises:
        NotAppendable: all together is stored otherwise than the version before.
        InputError: the source, or the schema, is wrong.
        SourceUnavailable: the source is out of reach.
    """
    before = base.origins if base else NO_ORIGINS
    with TemporaryDirectory(prefix="setpoint-") as place:
        taken = take_new(before, Path(place))
        origins = _origins(before, taken)
        types = _types(origins, taken, params)
        if not types:
            raise InputError("there are no rows and no columns", "source", "fill the source first")
        if base is not None:
            _check(base, types)
        gone = frozenset(one.number for one in before.files.values()) - {one.number for one in origins.files.values()}
        with Held(params, types, inputs, base) as held:
            rows = _Rows(taken, params, types, held, base)
            draft = Draft(folder, layout_of(types, params, base), base)
            draft.keep(partial(of_files, gone=gone), gone)
            draft.add_closed(rows.stored(), rows.came)
            draft.add_open(())
            draft.compact()
            told = {**_refresh(before, taken, rows.count), **({"because": why} if why else {})}
            also = _suspected(draft, types, params)
            return finished(draft, params, rows.verdict, origins.as_json(), told, held=held, also=also)


def _suspected(draft: Draft, types: dict[str, Type], params: Parameters) -> tuple[Violation, ...]:
    """Return the columns of text that look like numbers or dates that are spelled otherwise, in all rows.

    All parts are asked, not new rows alone: what made a column one of texts may have gone with its file.
    """
    files = params.source.files
    if files is None or files.format != "csv":
        return ()
    return tuple(suspects_of([draft.path(part.file) for part in draft.parts], types, params))


def _origins(before: Origins, taken: Taken) -> Origins:
    """Return the files that the new version's rows come from: those that were read under new numbers."""
    files = {name: before.files[name] for name in taken.kept}
    for number, one in enumerate(taken.read, before.following):
        files[one.object.name] = Origin(number, one.object.lasting, one.shape)
    return Origins(files, before.following + len(taken.read))


def _types(origins: Origins, taken: Taken, params: Parameters) -> dict[str, Type]:
    declared, misfits = params.columns or {}, {name for one in taken.read for name in one.spool.misfits}
    return {
        name: declared[name].type if name in declared and name not in misfits else narrowest(fits)
        for name, fits in origins.fits.items()
    }


def _check(base: Former, types: dict[str, Type]) -> None:
    """See that all files together are stored as the former parts are.

    Raises:
        NotAppendable: they aren't.
    """
    former = dict(base.manifest.types)
    if list(types) != list(former):
        raise NotAppendable(difference(list(former), list(types)))
    for name, type_ in types.items():
        if former[name] != type_:
            raise NotAppendable(f"column {name} was {former[name]} and is {type_}")


class _Rows:
    """The rows that were read, on their way to the parts: checked, and counted by the file that each came from."""

    def __init__(
        self, taken: Taken, params: Parameters, types: dict[str, Type], held: Held, base: Former | None
    ) -> None:
        self._taken, self._params, self._types, self._held = taken, params, types, held
        self.verdict = verdict_after(base, params)
        self.came: list[Span] = []
        self.count = 0
        first = base.origins.following if base else 0
        self._numbers = {one.object.name: number for number, one in enumerate(taken.read, first)}

    def stored(self) -> Iterator[Any]:
        """Yield the rows as they are stored, those of many small files together."""
        for batch in _together(self._batches()):
            arrays = [self._stored(batch, name) for name in self._types]
            stored = pa.RecordBatch.from_arrays(arrays, names=list(self._types))
            self.verdict.see(batch, self._types, stored)
            self._held.see(stored)
            yield stored

    def _stored(self, batch: Any, name: str) -> Any:
        return convert(column(batch, name), self._types[name], self._params.source.spellings.of(name))[0]

    def _batches(self) -> Iterator[Any]:
        for one in self._taken.read:
            if one.spool.rows:
                self.came.append((self._numbers[one.object.name], one.spool.rows))
            self.count += one.spool.rows
            yield from one.spool.batches()


def _together(batches: Iterator[Any]) -> Iterator[Any]:
    """Yield the same rows in fewer batches: neighbours of one schema as one, up to the rows of a group."""
    held: list[Any] = []
    for batch in batches:
        if held and (batch.schema != held[0].schema or sum(one.num_rows for one in held) >= GROUP_ROWS):
            yield pa.concat_batches(held)
            held = []
        held.append(batch)
    if held:
        yield pa.concat_batches(held)


def _refresh(before: Origins, taken: Taken, rows: int) -> dict[str, Any]:
    """Say of how many files what became, and how many rows were read."""
    read = {one.object.name for one in taken.read}
    files = {
        "new": len(read - before.files.keys()),
        "changed": len(read & before.files.keys()),
        "gone": len(before.files.keys() - read - set(taken.kept)),
        "as_before": len(taken.kept),
    }
    return {"rows": rows, "files": files} | ({"read_again": taken.again} if taken.again else {})
