"""Examples: the rows that are named of each way in which data breaks its spec."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pyarrow import compute as pc

from runners.ingest.parameters import Parameters
from runners.ingest.spool import column

EXAMPLES = 5
"""Rows that are named of each way."""


class Example(NamedTuple):
    """A row that breaks a rule: its number from 1, its identifier and its value, None where they are sensitive."""

    row: int
    identifier: str | None = None
    value: str | None = None


class Shown:
    """Makes examples of rows, with what may be shown of them."""

    def __init__(self, params: Parameters) -> None:
        """Learn which columns are sensitive, and which one names rows."""
        self._identifier, self._hidden = params.identifier, params.sensitive

    def example(self, number: int, row: int, batch: Any, name: str | None = None) -> Example:
        """Make an example.

        Args:
            number: the row's among all, from 1.
            row: its place in the batch.
            batch: rows.
            name: the column whose value breaks the rule.
        """
        return Example(number, *(self._cell(one, row, batch) for one in (self._identifier, name)))

    def _cell(self, name: str | None, row: int, batch: Any) -> str | None:
        if name is None or name in self._hidden:
            return None
        value = column(batch, name)[row].as_py()
        return None if value is None else shown(value)


def as_json(example: Example) -> dict[str, Any]:
    """Return an example as JSON for the data store."""
    return {name: value for name, value in example._asdict().items() if value is not None}


def rows_of(examples: Sequence[Example], count: int) -> str:
    """Name the rows of examples, of which there are so many."""
    return listed([f"row {example.row:,}" for example in examples], count)


def listed(examples: Sequence[str], count: int) -> str:
    """Write examples on one line, with an ellipsis where there are more than these."""
    return ", ".join(examples) + (", …" if count > len(examples) else "")


def first(mask: Any, most: int) -> list[int]:
    """Return the first few places where a boolean array is true."""
    return list(pc.indices_nonzero(mask)[:most].to_pylist()) if most > 0 else []


def shown(value: Any) -> str:
    """Write a value of a cell in quotes, shortened."""
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
    text = str(int(value)) if is_whole else str(value)
    return repr(text if len(text) <= 40 else text[:39] + "…")
