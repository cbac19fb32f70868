"""Folders of texts: each file a row of a table, with the file's name, its text and the folder's name as a label.

What becomes of a file is told for each: one that can't be decoded isn't guessed, and is no row.
"""

import codecs
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from runners.counting import counted
from runners.ingest.findings.finding import Finding
from runners.ingest.manifests import Gathered, Label, read_each
from runners.ingest.parameters import Column, Parameters
from runners.ingest.tables import Table, write_table
from runners.sources import NO_INPUTS
from runners.sources.files import Found, find
from runners.sources.parameters import FileSource
from runners.sources.reading import Reading
from runners.staging import local

FOLDER = "texts"
LARGEST = 2**26
"""Bytes of a file beyond which it is none of those that a row is made of."""
BATCH_BYTES = 2**24
"""Bytes of texts that are in memory at once."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class _Text:
    """One readable file, and its encoding by Python's name."""

    row: dict[str, Any]
    encoding: str


@dataclass
class Corpus(Gathered):
    """What was found out of the files of a folder beside their rows. Two short texts may be the same, and are told."""

    noun: str = "text"
    place: str = FOLDER
    refuses_copies: bool = False
    encodings: Counter[str] = field(default_factory=Counter)
    empty: list[str] = field(default_factory=list)

    def profile(self) -> dict[str, Any]:
        """Return what the profile tells of the files."""
        encodings = [{"value": name, "count": count} for name, count in sorted(self.encodings.items())]
        return {"encodings": encodings, "empty": len(self.empty), "unreadable": len(self.unreadable)}

    def findings(self, *, are_named: bool) -> Iterator[Finding]:
        """Yield what is odd about the files; what is odd about their texts is found like that of any table."""
        if len(self.encodings) > 1:
            told = ", ".join(f"{name} {count:,}" for name, count in self.encodings.most_common())
            yield Finding(
                "mixed_encodings",
                "info",
                ("text",),
                f"the files are in several encodings: {told}",
                "nothing where each was read right; look at texts of the rarer ones, and write them in UTF-8",
                {"encodings": len(self.encodings), "files": self.encodings.total()},
            )
        if self.empty:
            yield Finding(
                "empty_texts",
                "warning",
                ("text",),
                f"{counted(len(self.empty), 'file')} {'holds' if len(self.empty) == 1 else 'hold'} no text but blanks",
                "remove them at the source, or see why nothing was written there",
                {"empty": len(self.empty)},
                tuple(self.empty) if are_named else (),
            )


def write_texts(
    params: Parameters, files: FileSource, folder: Path, inputs: Mapping[str, str] = NO_INPUTS
) -> tuple[Table, Corpus, Parameters]:
    """Write the texts of a folder as a table with the columns `id` and `text`, and `label` where folders name it.

    Returns:
        The table, what is told of its files, and the parameters with the roles that nobody gave.

    Raises:
        InputError: the source or the schema is wrong.
        SourceUnavailable: the source is out of reach.
    """
    params = _with_roles(params, files)
    corpus = Corpus()
    rows = _rows(find(files.url, files.format), files, corpus)
    table = write_table(
        Reading(rows, is_text=False, read_from=files.url),
        params,
        folder,
        inputs={role: str(local(url)) for role, url in inputs.items()},
    )
    told = corpus.violations(are_named=not (params.columns and params.columns["id"].sensitive))
    return replace(table, violations=(*told, *table.violations)), corpus, params


def _with_roles(params: Parameters, files: FileSource) -> Parameters:
    """Give the roles that nobody gave; a file's name tells its label, and is as sensitive."""
    told: dict[str, Any] = {"identifier": params.identifier or "id"}
    if files.label_from == "folder":
        told["target"] = params.target or "label"
    if params.columns is not None:
        name = params.columns.get("id", Column(type="string"))
        label = params.columns.get("label")
        is_told = name.sensitive or bool(label and label.sensitive)
        told["columns"] = {**params.columns, "id": name.model_copy(update={"sensitive": is_told})}
    return params.model_copy(update=told)


def _rows(found: Found, files: FileSource, corpus: Corpus) -> Iterator[Any]:
    """Yield batches of rows; one at least, so that a table without rows has its columns."""

    def look(name: str, data: bytes, label: Label) -> _Text:
        return read(name, data, label, files.encoding)

    names = ["id", "text", *(["label"] if files.label_from == "folder" else [])]
    schema = pa.schema([(name, pa.string()) for name in names])
    rows: list[dict[str, Any]] = []
    size = 0
    for name, data, text in read_each(found, corpus, look, files.label_from):
        corpus.encodings[text.encoding] += 1
        if not text.row["text"].strip():
            corpus.empty.append(name)
        rows.append({column: text.row[column] for column in names})
        size += len(data)
        if size >= BATCH_BYTES:
            yield pa.RecordBatch.from_pylist(rows, schema=schema)
            rows, size = [], 0
    yield pa.RecordBatch.from_pylist(rows, schema=schema)


def read(name: str, data: bytes, label: Label, encoding: str) -> _Text:
    """Decode one file: by the mark that it begins with, else by the encoding of its source.

    Raises:
        ValueError: it isn't in that encoding, or holds no text; says which, and where.
    """
    if len(data) > LARGEST:
        raise ValueError(f"it has {len(data):,} bytes, and {LARGEST:,} is the most")
    usual = codecs.lookup(encoding).name
    chosen = next((name for mark, name in _MARKS if data.startswith(mark)), usual)
    try:
        text = data.decode(chosen)
    except UnicodeDecodeError as error:
        what = f"byte {error.start + 1:,} isn't {chosen}: say the encoding of the files in source.files.encoding"
        raise ValueError(what) from error
    if "\0" in text:
        raise ValueError("it holds NUL characters, as no text does")
    row = {"id": name, "text": text, "sha256": hashlib.sha256(data).hexdigest(), **label}
    return _Text(row, chosen)
