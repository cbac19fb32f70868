"""Slices that lack labels: how many labels each has, and which examples bring it to the target."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Any, NamedTuple

from pyarrow import parquet

from runners.contract import InputError
from runners.label.pool import KEY, Row
from runners.parameters import Block
from runners.staging import local

MOST_TOLD = 50
"""Slices that the facts name: those that lack most."""
MOST = 10_000
"""Slices that there may be."""
LABELS = "labels.parquet"


class Lacking(Block):
    """The column whose values are slices, and how many labels each should have."""

    column: str
    target: int


class Labelled(NamedTuple):
    """How many labels each slice has, and which examples have one."""

    counts: Counter[Any]
    names: frozenset[str]


def labelled_in(url: str | None, pool: Sequence[Row], wanted: Lacking) -> Labelled:
    """Count the labels of each slice.

    Args:
        url: the folder of the labels that there are; None where there are none.
        pool: the examples, with the column of the slices.
        wanted: that column.

    Raises:
        InputError: the folder holds no labels.
    """
    if url is None:
        return Labelled(Counter(), frozenset())
    file = local(url) / LABELS
    if not file.is_file():
        raise InputError(f"these labels hold no {LABELS}", "select.lacking.labels", "merge them again")
    table = parquet.read_table(file)
    column = table.column_names[1]
    has = frozenset(str(row["id"]) for row in table.select(["id", column]).to_pylist() if row[column] is not None)
    return Labelled(Counter(row[wanted.column] for row in pool if str(row[KEY]) in has), has)


def filled(rows: Sequence[Row], wanted: Lacking, there: Labelled) -> tuple[list[Row], list[dict[str, Any]]]:
    """Return the rows that bring each slice to its target, and what facts tell of the slices.

    The slice that has fewest labels comes first; of each slice its rows are in their order. Who has fewer examples than
    it lacks gets all of them.

    Args:
        rows: the examples, in their order; those that have a label aren't asked about.
        wanted: the column and the target.
        there: the labels that there are.

    Raises:
        InputError: there are too many slices.
    """
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        group = groups[row[wanted.column]]
        if str(row[KEY]) not in there.names:
            group.append(row)
    if len(groups) > MOST:
        what = f"{wanted.column} has {len(groups):,} values, and slices are {MOST:,} at the most"
        raise InputError(what, "select.lacking.column", "name a column of fewer values")
    found, places = _in_turn(groups, wanted.target, there.counts)
    told: list[dict[str, Any]] = [
        {"value": str(value), "labels": there.counts[value], "asked": places[value],
         "lacks": max(0, wanted.target - there.counts[value] - places[value])}
        for value in groups
    ]  # fmt: skip
    told.sort(key=lambda one: (-one["lacks"], one["labels"], one["value"]))
    return found, told[:MOST_TOLD]


def _in_turn(
    groups: Mapping[Any, Sequence[Row]], target: int, counts: Mapping[Any, int]
) -> tuple[list[Row], dict[Any, int]]:
    """Take rows of the slice that has fewest labels by then, until each has enough; return how many of each, too."""
    places = dict.fromkeys(groups, 0)
    waiting = [(counts.get(value, 0), str(value), place, value) for place, value in enumerate(groups)]
    heapify(waiting)
    found: list[Row] = []
    while waiting:
        has, name, order, value = heappop(waiting)
        if has < target and places[value] < len(groups[value]):
            found.append(groups[value][places[value]])
            places[value] += 1
            heappush(waiting, (has + 1, name, order, value))
    return found, places
