"""What people were shown of the most disputed examples, left beside the labels: rows, and small pictures.

It lies in the data store alone, so that the status branch, which forgets nothing, has no rows. Values of sensitive
columns are left out of it, and where nobody has said which columns are sensitive, all are.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from runners.label.album import album_at
from runners.label.examples import read_rows, read_sizes, sensitive_in
from runners.label.showing import plain, small
from runners.label.written import Shown
from runners.models.pictures import NoPicture

FILE, PICTURES = "disputed/examples.json", "disputed/images"
MOST = 200
"""Examples that are left."""
MOST_COLUMNS = 100
LARGEST = 2 * 2**20
"""Bytes of all rows together: what comes after is left out."""
LARGEST_PICTURES = 8 * 2**20
"""Bytes of all pictures together."""


def write_examples(ids: Iterable[Any], folder: Path, shown: Shown) -> None:
    """Write what people were shown of the first of some examples.

    Args:
        ids: the examples, the most disputed first.
        folder: the folder of the labels.
        shown: the dataset.

    Raises:
        SourceUnavailable: the dataset is out of reach.
    """
    first = [str(one) for one in islice(ids, MOST)]
    if not first:
        return
    (folder / PICTURES).mkdir(parents=True, exist_ok=True)
    album = album_at(shown.url)
    told = _rows(first, shown) if album is None else {"withheld": []}
    rows: Mapping[str, Any] = told.pop("rows", {})
    pictures = _pictures(first, folder, shown) if album is not None else {}
    examples = [{"id": one, "row": rows.get(one, {}), **pictures.get(one, {})} for one in first]
    content = {**told, "examples": _bounded(examples)}
    (folder / FILE).write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n")


def _rows(first: Sequence[str], shown: Shown) -> dict[str, Any]:
    """Return the rows of examples, and the names of the columns whose values are left out."""
    sensitive = sensitive_in(shown.url)
    if sensitive is None:
        return {"withheld": None}
    found = read_rows(shown.url, shown.identifier, frozenset(first), sensitive, MOST_COLUMNS)
    rows = {name: {column: plain(value) for column, value in row.items()} for name, row in found.items()}
    return {"withheld": sorted(sensitive), "rows": rows}


def _bounded(examples: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return examples as long as they are few bytes together."""
    left = LARGEST
    for place, one in enumerate(examples):
        left -= len(msgspec.json.encode(one))
        if left < 0:
            return examples[:place]
    return examples


def _pictures(first: Sequence[str], folder: Path, shown: Shown) -> dict[str, dict[str, Any]]:
    """Write the pictures of examples as long as they are few bytes together; return where, and what sides they have."""
    album, sizes, left, found = album_at(shown.url), read_sizes(shown.url), LARGEST_PICTURES, dict[str, Any]()
    for place, name in enumerate(first):
        content = album.content(name) if album and name in sizes else None
        if content is None:
            continue
        try:
            kind, picture = small(content)
        except NoPicture:
            continue
        left -= len(picture)
        if left < 0:
            break
        path = f"{PICTURES}/{place}.{kind}"
        (folder / path).write_bytes(picture)
        found[name] = {"picture": path, "width": sizes[name].width, "height": sizes[name].height}
    return found
