"""What all folders of files have in common: files are copied, named in a manifest, and held to what is declared."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, Protocol, TypeVar

import pyarrow as pa

from runners.contract import Violation
from runners.ingest.parameters import Parameters
from runners.ingest.verdict import Counted, Verdict
from runners.sources.failures import telling
from runners.sources.files import Found, content
from runners.sources.reading import BATCH_ROWS
from runners.staging import inside
from runners.tables.reading import Reading
from runners.tables.types import Type

MANIFEST = "manifest.parquet"
AUDIO = "audio"
"""The folder of recordings beside it."""
NAMING = ("id", "path")
"""The columns that hold a file's name, and with it the folder that is its label."""
MOST_SHOWN = 10
"""Values whose shares the result tells."""
EXAMPLES = 20
"""Files that are named one by one of each kind of trouble; the rest are counted."""
Label = Mapping[str, str | None]


class Item(Protocol):
    """One readable file."""

    @property
    def row(self) -> Mapping[str, Any]:
        """Return its row of the manifest."""


Read = TypeVar("Read", bound=Item)


@dataclass
class Gathered:
    """What was wrong with some files of a folder; `numbers` counts all files, from 1, and `noun` says what each is."""

    noun: str
    place: str
    refuses_copies: bool = True
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    duplicates: list[tuple[str, str]] = field(default_factory=list)
    unlabelled: list[str] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def violations(self, *, are_named: bool = True) -> tuple[Violation, ...]:
        """Name the files that are unreadable, repeated or without a label; by number alone where names are hidden."""
        call = str if are_named else lambda name: f"{self.noun} {self.numbers[name]:,}"
        a = "an" if self.noun[0] in "aeiou" else "a"
        cant = f"it can't be read as {a} {self.noun}"
        told = [
            (call(name), f"{cant}: {why}", f"replace it by a whole {self.noun}, or remove it from the source")
            for name, why in self.unreadable
        ]
        same = self.duplicates if self.refuses_copies else []
        copies = [(call(name), f"it has the same bytes as {call(first)}", _REMOVE) for name, first in same]
        bare = [(call(name), "it lies in no folder that could name its label", _MOVE) for name in self.unlabelled]
        return tuple(violation for group in (told, copies, bare) for violation in self._capped(group))

    def _capped(self, group: list[tuple[str, str, str]]) -> Iterator[Violation]:
        for where, what, fix in group[:EXAMPLES]:
            yield Violation(where=where, what=what, fix=fix)
        if len(group) > EXAMPLES:
            what = f"{len(group) - EXAMPLES:,} more files are like {group[0][0]}"
            yield Violation(where=self.place, what=what, fix=group[0][2])


_REMOVE = "remove one of the two from the source"
_MOVE = "move it into the folder of its label, or set label_from: none"


def read_each(
    found: Found, gathered: Gathered, look: Callable[[str, bytes, Label], Read], label_from: str
) -> Iterator[tuple[str, bytes, Read]]:
    """Yield the readable files of a folder: the name, the bytes, and what a look at them found; note what is wrong.

    Args:
        found: the files.
        gathered: where what is wrong is noted.
        look: reads one file by its name, its bytes and its label; a ValueError says why it can't be read.
        label_from: `folder` where the name of its folder is a file's label.

    Raises:
        InputError: a file vanished or may not be read.
        SourceUnavailable: the place of the files doesn't answer.
    """
    seen: dict[str, str] = {}
    for number, path in enumerate(found.paths, 1):
        name = found.name(path)
        gathered.numbers[name] = number
        with telling(name):
            data = content(found, path, name)
        label = label_of(name, label_from)
        try:
            item = look(name, data, label)
        except ValueError as error:
            gathered.unreadable.append((name, str(error)))
            continue
        first = seen.setdefault(item.row["sha256"], name)
        if first != name:
            gathered.duplicates.append((name, first))
        if label_from == "folder" and label["label"] is None:
            gathered.unlabelled.append(name)
        yield name, data, item


def keep(folder: Path, name: str, data: bytes) -> None:
    """Write a file below a folder, under the name that it has at its source."""
    target = inside(folder, name)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def label_of(name: str, label_from: str) -> Label:
    """Return a file's label as a part of its row; nothing where folders name none."""
    return {"label": PurePosixPath(name).parent.name or None} if label_from == "folder" else {}


def with_label(columns: Mapping[str, Type], params: Parameters) -> dict[str, Type]:
    """Return the columns of the manifest that an ingestion writes: with labels where the folders name them."""
    files = params.source.files
    return {**columns, "label": "string"} if files and files.label_from == "folder" else dict(columns)


def manifest_batches(items: Iterable[Item], types: Mapping[str, Type]) -> Iterator[Any]:
    """Yield the manifest's rows as batches of plain columns, in the order of the files."""
    rows = [item.row for item in items]
    schema = pa.schema([(name, _ARROW[type_]) for name, type_ in types.items()])
    for start in range(0, len(rows), BATCH_ROWS):
        yield pa.RecordBatch.from_pylist(rows[start : start + BATCH_ROWS], schema=schema)


_ARROW = {"integer": pa.int64(), "number": pa.float64(), "string": pa.string()}


def with_names_hidden(reading: Reading) -> Reading:
    """Hide the names of files where one of the columns is sensitive that they tell: a label is a part of them."""
    if reading.sensitive.isdisjoint((*NAMING, "label")):
        return reading
    names = {name: replace(reading.columns[name], is_sensitive=True) for name in NAMING}
    return replace(reading, columns={**reading.columns, **names})


def judge(
    items: Sequence[Item], gathered: Gathered, params: Parameters, reading: Reading, types: Mapping[str, Type]
) -> tuple[tuple[Violation, ...], list[dict[str, Any]]]:
    """Hold the manifest to the declared columns; that it has others too is in the nature of a manifest.

    Returns:
        What is violated, and the rows and values behind it.
    """
    are_named = reading.sensitive.isdisjoint(NAMING)
    asked: dict[str, Any] = {"new_columns": "allow", "target": None, "timestamp": None, "partition": ()}
    asked["identifier"] = "id" if are_named else None
    if params.columns:
        hidden = {name: column.model_copy(update={"sensitive": True}) for name, column in params.columns.items()}
        asked["columns"] = {**params.columns, **{name: hidden[name] for name in reading.sensitive if name in hidden}}
    verdict = Verdict(params.model_copy(update=asked))
    for batch in manifest_batches(items, types):
        verdict.see(batch, types)

    def counted(name: str) -> Counted:
        values = [item.row[name] for item in items if item.row[name] is not None]
        return Counted(len(values), len(set(values)))

    told = (*gathered.violations(are_named=are_named), *verdict.violations(tuple(types), counted))
    return told, list(verdict.details())


def balance(labels: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the result tells of the labels, by their part of the profile."""
    told = {"column": "label"}
    return told if "sensitive" in labels else {**told, "balance": shares(labels)}


def shares(counts: Mapping[str, Any]) -> dict[str, float]:
    """Return the shares of the most frequent values, by their part of the profile."""
    total = sum(item["count"] for item in counts["top"])
    return {str(item["value"]): round(item["count"] / total, 6) for item in counts["top"][:MOST_SHOWN]}
