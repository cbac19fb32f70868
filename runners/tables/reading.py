"""The reading of a version: what ingest took each column for, by which all that meets its values later reads them.

As JSON it stands in the version's `schema.json`, and in the part `schema` of the signatures of its models:

    {"format": 1, "identifier": "id", "target": "ill", "columns": {"id": {"type": "integer"}, …},
     "blanks": ["", "NA", …], "truths": {"true": true, …}}

Importing this module costs nothing: Arrow comes in with the first value that is read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self, get_args

from runners.contract.mistakes import as_written, misread
from runners.tables.types import USUAL, Spellings, Type, Value

FORMAT = 1
"""Raised when a former reader would misread what is written."""


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """What a column was taken for.

    `categories` are all values that it holds, where they are few; of the target they are its classes. The values of a
    sensitive column are never shown. What is `is_training_only` stands in no request, so no model is asked for it.
    """

    type: Type
    categories: tuple[Value, ...] = ()
    is_sensitive: bool = False
    is_training_only: bool = False


@dataclass(frozen=True, slots=True)
class Values:
    """Values that were read: an Arrow array, null where one is missing or doesn't fit, and a mask of these last."""

    array: Any
    misfits: Any

    @property
    def listed(self) -> list[Any]:
        """Return them as Python's own values, None where there is none."""
        return list(self.array.to_pylist())


@dataclass(frozen=True, slots=True)
class Reading:
    """How the columns of a dataset's version are read, wherever their values come from."""

    columns: Mapping[str, ColumnReading] = field(hash=False)
    identifier: str | None = None
    target: str | None = None
    spellings: Spellings = USUAL

    @property
    def sensitive(self) -> frozenset[str]:
        """Return the columns whose values are shown nowhere."""
        return frozenset(name for name, column in self.columns.items() if column.is_sensitive)

    @property
    def training_only(self) -> frozenset[str]:
        """Return the columns that no request has."""
        return frozenset(name for name, column in self.columns.items() if column.is_training_only)

    def take(self, names: Iterable[str]) -> Self:
        """Return the reading of some columns; a name that it doesn't know is passed over."""
        return replace(self, columns={name: self.columns[name] for name in names if name in self.columns})

    def read(self, name: str, values: Any) -> Values:
        """Read foreign values of a column: Arrow's or Python's, spelled and typed as their source has them.

        Raises:
            KeyError: the reading has no such column.
        """
        from runners.tables.columns import arrow_of, convert

        array, misfits = convert(arrow_of(values), self.columns[name].type, self.spellings.of(name))
        return Values(array, misfits)

    def classes(self, name: str, values: Any) -> Values:
        """Read foreign values of a column that must hold one of its categories: anything else is a misfit.

        A text that means "missing" is missing, unless the column has such a category. Without categories it is `read`.
        """
        from runners.tables.columns import among

        read = self.read(name, values)
        array, strangers = among(read.array, self.columns[name].categories, self.spellings.of(name))
        return Values(array, _either(read.misfits, strangers))

    def texts(self, name: str, values: Any) -> list[str | None]:
        """Read foreign values of a column, and return each as one text, by which equal values are equal."""
        from runners.tables.columns import convert

        return list(convert(self.read(name, values).array, "string")[0].to_pylist())

    def shown(self, name: str, values: Sequence[Any], most: int = 5) -> str:
        """Write examples of a column's values for a person; of a sensitive column, how many there are."""
        if name in self.sensitive:
            return f"{len(values):,} values of a sensitive column"
        shown = ", ".join(clipped(str(value)) for value in values[:most])
        return f"{shown}, …" if len(values) > most else shown


def clipped(text: str, most: int = 40) -> str:
    """Shorten a text for a message; what is made for people is never data again."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _either(left: Any, right: Any) -> Any:
    from pyarrow import compute as pc

    return pc.or_(left, right)


def as_json(reading: Reading) -> dict[str, Any]:
    """Return a reading as JSON; equal readings give equal JSON."""
    return {
        "format": FORMAT,
        "identifier": reading.identifier,
        "target": reading.target,
        "columns": {name: _column_as_json(column) for name, column in reading.columns.items()},
        "blanks": list(reading.spellings.blanks),
        "truths": dict(reading.spellings.truths),
    }


def _column_as_json(column: ColumnReading) -> dict[str, Any]:
    told: dict[str, Any] = {"type": column.type}
    told |= {"categories": list(column.categories)} if column.categories else {}
    told |= {"sensitive": True} if column.is_sensitive else {}
    return told | ({"environments": ["training"]} if column.is_training_only else {})


def from_json(told: Any) -> Reading:
    """Return the reading that `as_json` wrote; other keys are passed over.

    Raises:
        ValueError: it is none, or of a later format.
    """
    if not isinstance(told, Mapping) or told.get("format") != FORMAT:
        found = told.get("format") if isinstance(told, Mapping) else None
        raise ValueError(f"its format is {as_written(found)}, and {FORMAT} is understood")
    try:
        columns = {str(name): _column(column) for name, column in told["columns"].items()}
        truths = {str(text): bool(truth) for text, truth in told["truths"].items()}
        spellings = Spellings(tuple(map(str, told["blanks"])), truths)
        return Reading(columns, _name(told["identifier"]), _name(told["target"]), spellings)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it can't be understood: {misread(error)}") from error


def _column(told: Mapping[str, Any]) -> ColumnReading:
    if told["type"] not in get_args(Type):
        raise ValueError(f"{as_written(told['type'])} is no type of a column")
    categories, is_sensitive = tuple(told.get("categories", ())), bool(told.get("sensitive", False))
    return ColumnReading(told["type"], categories, is_sensitive, "serving" not in told.get("environments", ["serving"]))


def _name(told: Any) -> str | None:
    return None if told is None else str(told)
