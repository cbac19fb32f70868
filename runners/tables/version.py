"""The layout of a version: its table in one file, or in a folder of immutable parts.

    data.parquet                                  one file, or the folder of the parts: either is read by this path
    data.parquet/000007-3f2a1b4c5d6e7f80.parquet  a part: its place among the others, and its SHA-256's beginning
    parts.json                                    which parts there are, and what is known of each
    parts/3f2a1b4c5d6e7f80.summary                what its rows are like, by which profiles are merged
    parts/3f2a1b4c5d6e7f80.<column>.hashes        the sorted hashes of a column, by which repeats and keys are found

What lies beside a part follows from its bytes and from its name: equal parts share it. A part is never changed: a
version that has it has the same bytes. What was read of a growing source stands in `parts.json`, too, so that it is
accepted with the rows, or not at all.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, get_args

from runners.contract import InputError
from runners.contract.mistakes import as_written
from runners.tables.types import Type

DATA, MANIFEST = "data.parquet", "manifest.parquet"
"""The table of rows, and the table of pictures."""
PARTS, BESIDE = "parts.json", "parts"
FORMAT = 1
"""Raised when a former reader would misread what is written."""
LARGEST = 2**26
"""Bytes of a `parts.json`: more than those of a hundred thousand parts."""


@dataclass(frozen=True)
class Part:
    """One part: its file below the version's folder, what is in it, and the columns whose hashes lie beside it.

    `sums` is its bag. The source reads again the rows of one that `is_open`, whose place others take then.
    `spans` tells, in the order of its rows, the number of the file that brought them and how many those are.
    """

    file: str
    rows: int
    size: int
    sha256: str
    sums: tuple[int, ...]
    hashed: tuple[str, ...] = ()
    is_open: bool = False
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def name(self) -> str:
        """Return the beginning of its digest, which names it."""
        return self.sha256[:16]

    @property
    def place(self) -> int:
        """Return its place among the parts."""
        return int(PurePosixPath(self.file).name.partition("-")[0])

    @property
    def summary(self) -> str:
        """Return the file of its summary."""
        return f"{BESIDE}/{self.name}.summary"

    def hashes(self, column: str) -> str:
        """Return the file of a column's hashes."""
        return f"{BESIDE}/{self.name}.{hashlib.sha256(column.encode()).hexdigest()[:16]}.hashes"

    @property
    def files(self) -> tuple[str, ...]:
        """Return all its files."""
        return (self.file, self.summary, *map(self.hashes, self.hashed))


@dataclass(frozen=True)
class Manifest:
    """What `parts.json` holds.

    `made_by` digests all that was asked for: only a version that was made by the same is gone on with. `read` says how
    far a growing source was read. `distinct` holds how many values differ in the columns in which that is counted.
    """

    types: Mapping[str, Type]
    parts: tuple[Part, ...]
    made_by: str
    read: Mapping[str, Any] = field(default_factory=dict)
    distinct: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Return how many rows all parts have."""
        return sum(part.rows for part in self.parts)


def part_file(place: int, sha256: str) -> str:
    """Return the file of a part by its place among the others and its digest."""
    return f"{DATA}/{place:06d}-{sha256[:16]}.parquet"


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a version that lies in a folder.

    Raises:
        InputError: it is larger than any that is read.
    """
    parts = [{name: told for name, told in asdict(part).items() if told or name != "spans"} for part in manifest.parts]
    told = {"format": FORMAT, **asdict(manifest), "types": list(manifest.types.items()), "parts": parts}
    text = json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    if len(content := text.encode()) > LARGEST:
        what = (
            f"what is to be known of {len(parts):,} parts and the files they came from is more than {LARGEST:,} bytes"
        )
        raise InputError(what, str(folder), "keep fewer and larger files, or leave out incremental")
    (folder / PARTS).write_bytes(content)


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of the version that lies in a folder; None where its table is one file.

    Raises:
        InputError: it can't be understood.
    """
    path = folder / PARTS
    if not path.is_file():
        return None
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"it has more than {LARGEST:,} bytes")
        return _manifest(json.loads(path.read_text("utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{PARTS} can't be understood: {error}", str(folder), "ingest the dataset again") from error


def _manifest(told: Mapping[str, Any]) -> Manifest:
    if told.get("format") != FORMAT:
        raise ValueError(f"its format is {as_written(told.get('format'))}, and {FORMAT} is understood")
    types = {str(name): type_ for name, type_ in told["types"]}
    if not set(types.values()) <= set(get_args(Type)):
        raise ValueError("a column has no type of a column")
    parts = tuple(map(_part, told["parts"]))
    distinct = {str(name): int(count) for name, count in told["distinct"].items()}
    return Manifest(types, parts, str(told["made_by"]), dict(told["read"]), distinct)


def _part(told: Mapping[str, Any]) -> Part:
    rows, size, digest = int(told["rows"]), int(told["size"]), str(told["sha256"])
    sums, hashed = tuple(map(int, told["sums"])), tuple(map(str, told["hashed"]))
    spans = tuple((int(number), int(count)) for number, count in told.get("spans", ()))
    part = Part(str(told["file"]), rows, size, digest, sums, hashed, bool(told["is_open"]), spans)
    is_digest = len(digest) == 64 and set(digest) <= set("0123456789abcdef")
    if not is_digest or min(rows, size) < 0 or part.file != part_file(part.place, digest):
        raise ValueError(f"{as_written(part.file[:100])} is no file of a part")
    if spans and (sum(count for _, count in spans) != rows or min(count for _, count in spans) < 1):
        raise ValueError(f"the files of {as_written(part.file[:100])} have other rows than it has")
    return part


def table_files(folder: Path) -> list[Path]:
    """Return the Parquet files of the version that lies in a folder, in the order of its rows; none where it has none.

    Raises:
        InputError: its manifest can't be understood, or a part is gone.
    """
    if (manifest := read_manifest(folder)) is not None:
        return _there(folder, manifest.parts)
    file = next((folder / name for name in (DATA, MANIFEST) if (folder / name).is_file()), None)
    return [] if file is None else [file]


def _there(folder: Path, parts: Sequence[Part]) -> list[Path]:
    files = [folder / part.file for part in parts]
    if gone := next((file for file in files if not file.is_file()), None):
        raise InputError(f"the part {gone.name} is gone", str(folder), "ingest the dataset again")
    return files
