"""The leaderboard in pages: the status shows the first, further ones are files of their own, each of a bounded size."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from reconciler.model.ids import Address, digest, name_of

Row = Mapping[str, Any]
ROWS = 500
BYTES = 2**20
"""What a page has at the most."""
LONGEST_ROW = 2**16
"""Bytes of one row; what a trial tells beyond that stays in its run."""
_KEPT = ("rank", "run", "stage")


def paged(address: Address, rows: Sequence[Row]) -> tuple[Sequence[Row], Mapping[str, Sequence[Row]]]:
    """Return the first page of a leaderboard, and the further ones by their paths on the status branch.

    A page's path names its content, so that one that is there needs no second look.
    """
    first, *others = _pages(rows) or [[]]
    places = accumulate(map(len, others), initial=len(first) + 1)
    return first, {page_path(address, place, page): page for place, page in zip(places, others, strict=False)}


def page_path(address: Address, place: int, page: Sequence[Row]) -> str:
    """Return where a page lies: by the place of its first row among all, from 1, and the digest of its own."""
    return f"leaderboards/{name_of(address)}/{place:05}-{digest(list(page))}.json"


def _pages(rows: Sequence[Row]) -> list[list[Row]]:
    pages: list[list[Row]] = []
    size = BYTES
    for row, length in _bounded(rows):
        if size + length > BYTES or len(pages[-1]) == ROWS:
            pages.append([])
            size = 0
        pages[-1].append(row)
        size += length
    return pages


def _bounded(rows: Sequence[Row]) -> Iterator[tuple[Row, int]]:
    for row in rows:
        length = len(json.dumps(row, default=str))
        if length <= LONGEST_ROW:
            yield row, length
        else:
            short = {key: row[key] for key in _KEPT if key in row}
            message = f"what it tells is too long to be shown here ({length:,} bytes): see its run's result.json"
            yield {**short, "message": message}, LONGEST_ROW
