"""The examples of a dataset, and which of them a task of Label Studio shows."""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import fsspec
from pyarrow import parquet

from runners.contract import InputError
from runners.label.album import album_of
from runners.label.formats.written import EXAMPLE, Size
from runners.models.pictures import NoPicture, Preparation, prepare
from runners.sources.failures import telling
from runners.staging import gone
from runners.tables.reading import from_json
from runners.tables.schema import FILE as SCHEMA

_INGEST = "give the folder that an ingestion has written"
_UPLOADED = re.compile(r"^[0-9a-f]{8}-")
"""What Label Studio puts before the name of a file that was uploaded to it."""


@dataclass
class Examples:
    """The ids of a dataset's examples, as the dataset types them; their places, by their text or their file's name."""

    identifier: str
    ids: list[Any] = field(default_factory=list)
    by_text: dict[str, int] = field(default_factory=dict)
    by_name: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, identity: Any) -> None:
        """Take an example in, the last one of a text."""
        text = str(identity)
        if text in self.by_text:
            self.ids[self.by_text[text]] = identity
            return
        self.by_text[text] = len(self.ids)
        self.ids.append(identity)
        self.by_name[text.rpartition("/")[2]].append(text)

    def __len__(self) -> int:
        """Count the examples."""
        return len(self.ids)

    def find(self, data: Mapping[str, Any]) -> int | None:
        """Return the place of the example that a task shows; None when there is none, or when it could be several.

        A task names its example by the identifier, by `id` or by `example_id` in its data; or any of its texts is a
        path or URL of the example's file. Of several files with the same name, the rest of the path decides.
        """
        for key in (self.identifier, "id", EXAMPLE):
            if key in data and (place := self.by_text.get(str(data[key]))) is not None:
                return place
        for value in data.values():
            found = self._of_file(value) if isinstance(value, str) else None
            if found is not None:
                return self.by_text[found]
        return None

    def _of_file(self, text: str) -> str | None:
        path = _path(text)
        for name in (path.name, _UPLOADED.sub("", path.name)):
            named = self.by_name.get(name, [])
            if len(named) == 1:
                return named[0]
            matching = [candidate for candidate in named if _ends_with(path, candidate)]
            if matching:
                return max(matching, key=len)
        return None


def _path(text: str) -> PurePosixPath:
    """Return the path in a URL, which for Label Studio's local storage is in its query."""
    try:
        parts = urlsplit(text)
    except ValueError:  # a text that is no URL at all
        return PurePosixPath(text)
    inner = parse_qs(parts.query).get("d", [])
    return PurePosixPath(inner[0] if inner else unquote(parts.path))


def _ends_with(path: PurePosixPath, candidate: str) -> bool:
    wanted = PurePosixPath(candidate).parts
    return path.parts[-len(wanted) :] == wanted


def read_examples(url: str) -> Examples:
    """Read the ids of a dataset's examples from its folder: of images by their manifest, of a table by its identifier.

    Raises:
        InputError: the folder holds no dataset, or a table without an identifier.
        InputGone: there is no such folder.
        SourceUnavailable: the folder is out of reach.
    """
    with telling(url):
        files, root = fsspec.core.url_to_fs(url)
        if not files.exists(root):
            raise gone(url)
        if files.exists(f"{root}/manifest.parquet"):
            return _read(files, f"{root}/manifest.parquet", "id")
        if not files.exists(f"{root}/data.parquet"):
            raise InputError("this is no dataset: it has no data.parquet and no manifest.parquet", url, _INGEST)
        identifier = _identifier(files, f"{root}/profile.json")
        if identifier is None:
            raise InputError("the table has no identifier", url, "set `identifier` in the dataset's spec")
        return _read(files, f"{root}/data.parquet", identifier)


def identifier_of(url: str) -> str:
    """Return the name of the column by which a dataset's examples are told apart.

    Raises:
        InputError: the folder holds no dataset, or a table without an identifier.
        SourceUnavailable: the folder is out of reach.
    """
    with telling(url):
        files, root = fsspec.core.url_to_fs(url)
        if not files.exists(root):
            raise gone(url)
        if files.exists(f"{root}/manifest.parquet"):
            return "id"
        identifier = _identifier(files, f"{root}/profile.json")
    if identifier is None:
        raise InputError("the table has no identifier", url, "set `identifier` in the dataset's spec")
    return identifier


def read_sizes(url: str) -> dict[str, Size]:
    """Read the sizes of a dataset's pictures from its folder; none where it has no pictures.

    Raises:
        SourceUnavailable: the folder is out of reach.
    """
    with telling(url):
        files, root = fsspec.core.url_to_fs(url)
        if not files.exists(f"{root}/manifest.parquet"):
            return {}
        with files.open(f"{root}/manifest.parquet", "rb") as stream:
            manifest = parquet.ParquetFile(stream)
            columns = ["id", "width", "height"]
            if not set(columns) <= set(manifest.schema_arrow.names):
                return {}
            ids, widths, heights = (manifest.read([name])[name].to_pylist() for name in columns)
    return {name: Size(width, height) for name, width, height in zip(ids, widths, heights, strict=True)}


def read_picture(url: str, name: str, size: Size, side: int) -> Any:
    """Read a picture of a dataset, brought to a size of at most so many pixels a side; None where it can't be.

    Raises:
        SourceUnavailable: the folder is out of reach.
    """
    scale = side / max(size)
    how = Preparation(max(1, round(size.height * scale)), max(1, round(size.width * scale)), channels=3)
    content = album_of(url).content(name)
    if content is None:
        return None
    try:
        numbers, _ = prepare(content, how)
    except NoPicture:
        return None
    return numbers.reshape(3, how.height, how.width).transpose(1, 2, 0)


def read_texts(url: str, identifier: str, column: str, where: str = "write.text") -> dict[Any, str]:
    """Read the text of each example of a table.

    Raises:
        InputError: the table has no such column, or it holds no texts.
        SourceUnavailable: the folder is out of reach.
    """
    with telling(url):
        files, root = fsspec.core.url_to_fs(url)
        with files.open(f"{root}/data.parquet", "rb") as stream:
            table = parquet.ParquetFile(stream)
            if column not in table.schema_arrow.names:
                raise InputError(f"the dataset has no column {column}", where, "name the column of the texts")
            ids, texts = (table.read([name])[name].to_pylist() for name in (identifier, column))
    if not all(isinstance(text, str | None) for text in texts):
        raise InputError(f"the column {column} holds no texts", where, "name the column of the texts")
    return {name: text for name, text in zip(ids, texts, strict=True) if text is not None}


def sensitive_in(url: str) -> frozenset[str] | None:
    """Return which columns of a dataset are shown nowhere; None where nothing tells which.

    Raises:
        SourceUnavailable: the folder is out of reach.
    """
    with telling(url):
        files, root = fsspec.core.url_to_fs(url)
        if not files.exists(f"{root}/{SCHEMA}"):
            return None
        content = files.cat_file(f"{root}/{SCHEMA}")
    try:
        return from_json(json.loads(content)).sensitive
    except ValueError:
        return None


def read_rows(
    url: str, identifier: str, wanted: Collection[str], hidden: Collection[str], most: int
) -> dict[str, Mapping[str, Any]]:
    """Read rows of a table from a dataset's folder, by the texts of their identifiers.

    Args:
        url: the folder.
        identifier: the column that tells rows apart.
        wanted: which rows.
        hidden: columns that aren't read.
        most: columns that are read.

    Raises:
        SourceUnavailable: the folder is out of reach.
    """
    found: dict[str, Mapping[str, Any]] = {}
    with telling(url):
        files, root = fsspec.core.url_to_fs(url)
        for part in _parts(files, f"{root}/data.parquet"):
            with files.open(part, "rb") as stream:
                table = parquet.ParquetFile(stream)
                names = [name for name in table.schema_arrow.names if name not in hidden][:most]
                found |= _wanted(table, identifier, wanted, names)
    return found


def _wanted(
    table: Any, identifier: str, wanted: Collection[str], names: Collection[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the rows of a file that are wanted, by the texts of their identifiers; other groups of rows aren't read."""
    for group in range(table.num_row_groups):
        ids = [str(value) for value in table.read_row_group(group, [identifier])[identifier].to_pylist()]
        if places := [place for place, name in enumerate(ids) if name in wanted]:
            rows = table.read_row_group(group, names).take(places).to_pylist()
            yield from zip((ids[place] for place in places), rows, strict=True)


def _parts(files: Any, path: str) -> list[str]:
    return sorted(files.find(path)) if files.isdir(path) else [path]


def _read(files: Any, path: str, identifier: str) -> Examples:
    examples = Examples(identifier)
    for part in _parts(files, path):
        with files.open(part, "rb") as stream:
            for identity in _column(stream, identifier):
                examples.add(identity)
    return examples


def _column(stream: Any, name: str) -> Iterator[Any]:
    for batch in parquet.ParquetFile(stream).iter_batches(columns=[name]):
        yield from (value for value in batch.column(name).to_pylist() if value is not None)


def _identifier(files: Any, path: str) -> str | None:
    if not files.exists(path):
        return None
    told = json.loads(files.cat_file(path)).get("identifier") or {}
    return told.get("column")
