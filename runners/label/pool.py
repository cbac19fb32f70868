"""The pool that a campaign chooses from: the rows of a dataset that fit a condition, and their order by lot."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from runners.contract import InputError
from runners.sources.derived import read_derived
from runners.sources.parameters import DerivedSource

KEY = "setpoint_key"
"""What the identifier is called in a row, whatever its column is."""
Row = Mapping[str, Any]


def rows_of(url: str, identifier: str, columns: Sequence[str], where: str | None) -> Iterator[Row]:
    """Read some columns of the examples that are meant, and their identifiers.

    Args:
        url: the folder of the dataset.
        identifier: the column that tells its examples apart.
        columns: the columns.
        where: a condition in SQL; None means all.

    Raises:
        InputError: a column isn't there, or the condition is wrong.
    """
    asked = ", ".join([f"{_quoted(identifier)} AS {KEY}", *map(_quoted, dict.fromkeys(columns))])
    query = f"SELECT {asked} FROM examples" + (f" WHERE (\n{where}\n)" if where else "")
    source = DerivedSource(query=query, inputs={"examples": "the dataset"})
    try:
        for batch in read_derived(source, {"examples": url}).batches:
            yield from (row for row in batch.to_pylist() if row[KEY] is not None)
    except InputError as error:
        place = "select.where" if where else "campaign"
        raise InputError(error.what, place, "correct the condition, or the columns that are read") from error


def draw_of(key: Any) -> str:
    """Return the lot of an example: by it examples are in an order that nobody has chosen, and that stays."""
    return hashlib.sha256(f"draw {key}".encode()).hexdigest()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
