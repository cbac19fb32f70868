"""What is exchanged: the columns of a table, and what of them was lost on the way."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from reconciler.model.errors import Refused
from reconciler.model.kinds.datasets import BEYOND_COLUMNS, Column, Dataset
from reconciler.model.re2 import re2_fault
from reconciler.model.text import printable
from runners.contract.mistakes import said, shown
from runners.contract.text import dotted

MOST_COLUMNS = 10_000
"""Columns of one foreign schema."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that one side says and the other has no word for; `column` is empty where it is the whole table's."""

    column: str
    field: str
    why: str

    def __str__(self) -> str:
        """Write it on one line."""
        of = f" of {printable(self.column, 80)}" if self.column else ""
        return f"{printable(self.field, 80)}{of}: {printable(self.why)}"


@dataclass(frozen=True, slots=True)
class Table:
    """A dataset as far as others can be told of it.

    Attributes:
        name: the dataset's name, without its kind.
        columns: its schema.
        identifier: the column that names a row, if one does.
        is_closed: whether columns that the schema doesn't name are refused.
    """

    name: str
    columns: Mapping[str, Column]
    identifier: str | None = None
    is_closed: bool = True


def beyond_columns(spec: Dataset) -> Iterator[Loss]:
    """Return what a dataset is held to beside its columns, as lost."""
    for field_ in BEYOND_COLUMNS:
        if getattr(spec, field_):
            yield Loss("", field_, "only columns are exchanged")


@dataclass(frozen=True, slots=True)
class Written:
    """A table in another tool's words, and what of it those don't say."""

    text: str
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """What another tool's words say of a table, and what of that a spec doesn't."""

    columns: Mapping[str, Column]
    losses: tuple[Loss, ...] = ()


@dataclass(slots=True)
class Found:
    """The columns of a foreign schema as they are read, one after the other."""

    columns: dict[str, Column] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)

    def lose(self, column: str, what: str, why: str = "a spec has no word for it") -> None:
        """Remember what is lost."""
        self.losses.append(Loss(column, what, why))

    def lose_others(self, column: str, told: Iterable[Any], known: Iterable[str]) -> None:
        """Remember as lost whatever a column tells beside what is understood."""
        for what in sorted({str(key) for key in told} - set(known)):
            self.lose(column, what)

    def add(self, name: Any, told: Mapping[str, Any]) -> None:
        """Take a column in.

        Args:
            name: its name, as it was found.
            told: its fields by the spec's names; those that are None are left out.

        Raises:
            Refused: no column of a spec can be so.
        """
        if not isinstance(name, str):
            raise Refused(f"a column is called {shown(name)}, which is no text", "rename it")
        if name in self.columns:
            raise Refused(f"the column {printable(name, 80)} is there twice", "rename one")
        if len(self.columns) >= MOST_COLUMNS:
            raise Refused(f"it has more than {MOST_COLUMNS} columns", "split it")
        fields = {key: value for key, value in told.items() if value is not None}
        pattern = fields.get("pattern")
        if isinstance(pattern, str) and (fault := re2_fault(pattern)):
            self.lose(name, "pattern", fault)
            del fields["pattern"]
        try:
            self.columns[name] = Column.model_validate(fields)
        except ValidationError as error:
            first = error.errors()[0]
            where = f"{dotted(first['loc'])}: " if first["loc"] else ""
            raise Refused(f"column {printable(name, 80)}: {where}{said(first)[0]}", "mend the file") from error

    def done(self) -> Imported:
        """Return all that was found.

        Raises:
            Refused: there was no column.
        """
        if not self.columns:
            raise Refused("it tells of no column", "see that it is the file that you meant")
        return Imported(self.columns, tuple(self.losses))


def unsaid(table: Table, says: Iterable[str], word: str) -> Iterator[Loss]:
    """Yield a loss for each field that is set and that a format has no word for, whatever fields there are.

    Args:
        table: what is written.
        says: the fields that the format has words for.
        word: what the format is called.
    """
    mute = [name for name in Column.model_fields if name not in {"type", *says}]
    for name, column in table.columns.items():
        for what in mute:
            if getattr(column, what) != Column.model_fields[what].get_default(call_default_factory=True):
                yield Loss(name, what, f"{word} has none")


def unsaid_share(table: Table, word: str) -> Iterator[Loss]:
    """Yield a loss for each column of which some values may be missing, where a format knows only none and any."""
    for name, column in table.columns.items():
        if 0 < column.missing < 1:
            yield Loss(name, "missing", f"{word} knows no share: any value may be missing")


def complement(share: float) -> float:
    """Return what a share leaves of one, as people count: of 0.05 it is 0.95."""
    return float(1 - Decimal(repr(share)))


def field_of(value: Mapping[str, Any], key: str, kind: type | tuple[type, ...], where: str) -> Any:
    """Return a field of a foreign document; None where it is absent or null.

    Raises:
        Refused: it is of another kind.
    """
    found = value.get(key)
    if found is None or (isinstance(found, kind) and not (isinstance(found, bool) and kind is not bool)):
        return found
    raise Refused(f"{printable(where, 120)}: `{key}` is a {type(found).__name__}, which it can't be", "mend the file")


def number_of(value: Mapping[str, Any], key: str, where: str) -> int | float | None:
    """Return a number of a foreign document.

    Raises:
        Refused: it is something else.
    """
    found: int | float | None = field_of(value, key, (int, float), where)
    return found


def whole(values: Iterable[Any]) -> list[Any]:
    """Return values in which whole numbers that were written with a point are whole numbers."""
    return [int(v) if isinstance(v, float) and v.is_integer() else v for v in values]
