"""The `choose` runner: which examples of a dataset people are asked about, and what they are shown of each.

It leaves `tasks/<n>.json`, each a list of up to `PART` objects with the `item` that stands for the example in the names
of tasks and the `data` that people are shown. The order is the one in which they are asked: that of a hash of the
identifiers, or the most uncertain first; so any first part of it is a sample.
"""

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from runners.contract import InputError, Request, Result
from runners.label.campaigns import item_of
from runners.label.examples import identifier_of
from runners.parameters import Block
from runners.sources.derived import read_derived
from runners.sources.parameters import DerivedSource

PART = 500
"""Examples in one file: the daemon reads only those that it needs."""
MOST = 50_000
"""Examples of one campaign."""
LONGEST = 20_000
"""Characters of a text that are shown."""
OWN = "id"
"""The field by which an answer finds its example again."""
_KEY = "setpoint_key"
Row = Mapping[str, Any]


class Parameters(Block):
    """Which columns people are shown, and of which examples. The twin of `reconciler.model.kinds.campaigns.Select`."""

    columns: tuple[str, ...]
    where: str | None = None
    sample: int | None = None
    each: str | None = None
    uncertain: str | None = None


def run(request: Request, folder: Path) -> Result:
    """Choose examples of a dataset and write what people are shown of them.

    Raises:
        InputError: the parameters or the dataset are wrong, or there are too many examples.
        SourceUnavailable: the dataset is out of reach.
    """
    params = request.params_as(Parameters)
    if "dataset" not in request.inputs:
        raise InputError("the request has no dataset", "inputs.dataset", "give the URL of the dataset's folder")
    url = request.inputs["dataset"]
    identifier = identifier_of(url)
    rows = chosen(list(_rows(params, identifier, url)), params)
    if not rows:
        where = "select.where" if params.where else "dataset"
        raise InputError("there is no example to ask about", where, "choose others")
    if len(rows) > MOST:
        raise InputError(f"these are {len(rows):,} examples, and a campaign has {MOST:,}", "select", "give sample")
    items = [item_of(row[_KEY]) for row in rows]
    parts = _written(rows, items, params.columns, folder)
    content = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    facts = {"items": items, "part": PART, "parts": list(parts)}
    return Result(metrics={"chosen": float(len(rows))}, facts=facts, content=content)


def chosen(rows: Sequence[Row], params: Parameters) -> list[Row]:
    """Return the rows to ask about, in the order in which they are asked."""
    ordered = sorted(rows, key=lambda row: (_doubt(row, params.uncertain), _draw(row)))
    if params.each is not None:
        ordered = list(_in_turn(ordered, params.each))
    return ordered[: params.sample]


def _rows(params: Parameters, identifier: str, url: str) -> Iterator[Row]:
    """Read the columns that are needed of the examples that are meant.

    Raises:
        InputError: a column isn't there, or the condition is wrong.
    """
    more = [name for name in (params.each, params.uncertain) if name is not None]
    names = list(dict.fromkeys([*params.columns, *more]))
    asked = ", ".join([f"{_quoted(identifier)} AS {_KEY}", *map(_quoted, names)])
    query = f"SELECT {asked} FROM examples" + (f" WHERE (\n{params.where}\n)" if params.where else "")
    source = DerivedSource(query=query, inputs={"examples": "the dataset"})
    try:
        for batch in read_derived(source, {"examples": url}).batches:
            yield from (row for row in batch.to_pylist() if row[_KEY] is not None)
    except InputError as error:
        where = "select.where" if params.where else "campaign"
        raise InputError(error.what, where, "correct the condition, or the columns that people are shown") from error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _draw(row: Row) -> str:
    return hashlib.sha256(f"draw {row[_KEY]}".encode()).hexdigest()


def _doubt(row: Row, column: str | None) -> float:
    """Return how far a probability is from saying nothing; one that isn't there is as far as can be."""
    if column is None:
        return 0.0
    told = row.get(column)
    is_number = isinstance(told, int | float) and math.isfinite(told)
    return abs(float(told) - 0.5) if is_number and told is not None else math.inf


def _in_turn(rows: Sequence[Row], column: str) -> Iterator[Row]:
    """Take a row of each value of a column in turn, while it has any; the values in the order of their first rows."""
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.get(column)].append(row)
    left = list(groups.values())
    depth = 0
    while left:
        yield from (group[depth] for group in left)
        depth += 1
        left = [group for group in left if len(group) > depth]


def _written(rows: Sequence[Row], items: Sequence[str], columns: Sequence[str], folder: Path) -> dict[str, str]:
    """Write the files, and return the digest of each by its path."""
    (folder / "tasks").mkdir()
    told: dict[str, str] = {}
    for start in range(0, len(rows), PART):
        part = [
            {"item": item, "data": _shown(row, columns)}
            for item, row in zip(items[start : start + PART], rows[start : start + PART], strict=True)
        ]
        content = json.dumps(part).encode()
        path = f"tasks/{start // PART:05d}.json"
        (folder / path).write_bytes(content)
        told[path] = hashlib.sha256(content).hexdigest()
    return told


def _shown(row: Row, columns: Sequence[str]) -> dict[str, Any]:
    """Return what people are shown of a row, and the identifier by which the answer finds it again."""
    return {**{name: _plain(row[name]) for name in columns}, OWN: _plain(row[_KEY])}


def _plain(value: Any) -> str | int | float | bool:
    """Return a value as JSON has it; a text that is too long is cut, and what isn't there is an empty text."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool | int | float):
        return value
    text = value.isoformat() if isinstance(value, datetime | date | time) else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
