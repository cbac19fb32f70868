"""The `choose` runner: which examples of a dataset people are asked about, and what they are shown of each.

It leaves `tasks/<n>.json`, each a list of up to `PART` objects with the `item` that stands for the example in the names
of tasks, the `data` that people are shown, and the `prediction` of a model where it says something. The order is the
one in which they are asked: that of a hash of the identifiers, or of doubt; so any first part of it is a sample. Where
a model or former labels aren't there that the order goes by, it is that of the hash.
"""

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from runners.contract import InputError, Request, Result
from runners.label.album import album_at
from runners.label.campaigns import item_of
from runners.label.examples import identifier_of
from runners.label.known import Mixed, known_answers, mixed
from runners.label.orders import Order, order_of
from runners.label.parameters import KnownAnswers
from runners.label.pool import KEY, Row, draw_of, rows_of
from runners.label.scores import Score, read_scores
from runners.label.showing import Files, Page, Shown
from runners.label.slices import Lacking, filled, labelled_in
from runners.parameters import Block
from runners.staging import local

PART, PART_OF_FILES = 500, 50
"""Examples in one file, and of those that have files of their own: the daemon reads only those that it needs."""
MOST = 50_000
"""Examples of one campaign."""


class Gold(KnownAnswers):
    """Gold questions, and their share of all examples that people are asked about."""

    share: float


class Parameters(Block):
    """Which columns people are shown, and of which examples. The twin of `reconciler.model.kinds.selection.Select`.

    `by` and `disagreement` go by what the inputs `uncertain`, `disagreement` and `against` hold. `at` is the address
    of the dataset's files.
    """

    columns: tuple[str, ...]
    where: str | None = None
    sample: int | None = None
    each: str | None = None
    uncertain: str | None = None
    by: Literal["entropy", "margin"] | None = None
    disagreement: Literal["labels", "models"] | None = None
    lacking: Lacking | None = None
    gold: Gold | None = None
    prelabels: Shown | None = None
    at: str | None = None


def run(request: Request, folder: Path) -> Result:
    """Choose examples of a dataset and write what people are shown of them.

    Raises:
        InputError: the parameters or the dataset are wrong, or there are too many examples.
        SourceUnavailable: the dataset is out of reach.
    """
    params = request.params_as(Parameters)
    if "dataset" not in request.inputs:
        raise InputError("the request has no dataset", "inputs.dataset", "give the URL of the dataset's folder")
    files = Files(album_at(request.inputs["dataset"]), params.at)
    found, told = _asked(params, request.inputs, files)
    if not found.rows:
        where = "select.where" if params.where else "select.lacking" if params.lacking else "dataset"
        raise InputError("there is no example to ask about", where, "choose others")
    if len(found.rows) > MOST:
        raise InputError(
            f"these are {len(found.rows):,} examples, and a campaign has {MOST:,}", "select", "give sample"
        )
    items = [item_of(row[KEY]) for row in found.rows]
    said = _said(params, request.inputs)
    size = PART if files.album is None else PART_OF_FILES
    parts = _written(found.rows, items, Page(params.columns, files, said, params.prelabels), folder, size)
    content = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    facts = {"items": items, "part": size, "parts": list(parts), **told}
    if params.gold:
        facts |= {"gold": {"questions": found.gold, "wanted": found.wanted}}
    if params.prelabels:
        facts["prelabelled"] = sum(str(row[KEY]) in said for row in found.rows)
    return Result(metrics={"chosen": float(len(found.rows))}, facts=facts, content=content)


def _asked(params: Parameters, inputs: Mapping[str, str], files: Files) -> tuple[Mixed, dict[str, Any]]:
    """Return the rows to ask about, gold questions among them, and what facts tell of how they were chosen."""
    url = inputs["dataset"]
    more = [params.each, params.uncertain, params.lacking.column if params.lacking else None]
    columns = [*files.split(params.columns)[0], *(name for name in more if name is not None)]
    pool = list(rows_of(url, identifier_of(url), columns, params.where))
    known = known_answers(params.gold, inputs.get("gold")) if params.gold else {}
    golds = [row for row in pool if str(row[KEY]) in known]
    others = [row for row in pool if str(row[KEY]) not in known] if golds else pool
    order = order_of(params.by, params.disagreement, inputs)
    told: dict[str, Any] = {"ordered_by": order.name} if order.name else {}
    if params.lacking:
        there = labelled_in(inputs.get("lacking"), pool, params.lacking)
        rows, slices = filled(_in_order(others, params, order), params.lacking, there)
        told["slices"] = slices
        others = rows[: params.sample]
    else:
        others = chosen(others, params, order)
    return (mixed(others, golds, params.gold.share) if params.gold else Mixed(others, 0, 0)), told


def chosen(rows: Sequence[Row], params: Parameters, order: Order | None = None) -> list[Row]:
    """Return the rows to ask about, in the order in which they are asked."""
    ordered = _in_order(rows, params, order)
    if params.each is not None:
        ordered = list(_in_turn(ordered, params.each))
    return ordered[: params.sample]


def _in_order(rows: Sequence[Row], params: Parameters, order: Order | None) -> list[Row]:
    rank = order.rank if order and order.name else lambda _: ()
    return sorted(rows, key=lambda row: (_doubt(row, params.uncertain), rank(str(row[KEY])), draw_of(row[KEY])))


def _said(params: Parameters, inputs: Mapping[str, str]) -> Mapping[str, Score]:
    return read_scores(local(inputs["prelabels"])) if params.prelabels and "prelabels" in inputs else {}


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


def _written(rows: Sequence[Row], items: Sequence[str], page: Page, folder: Path, size: int) -> dict[str, str]:
    """Write the files, and return the digest of each by its path."""
    (folder / "tasks").mkdir()
    told: dict[str, str] = {}
    for start in range(0, len(rows), size):
        part = [
            page.of(row, item)
            for item, row in zip(items[start : start + size], rows[start : start + size], strict=True)
        ]
        content = json.dumps(part).encode()
        path = f"tasks/{start // size:05d}.json"
        (folder / path).write_bytes(content)
        told[path] = hashlib.sha256(content).hexdigest()
    return told
