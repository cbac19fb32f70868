"""Origins: the files that the rows of a version came from, as `parts.json` tells of them.

Of each file its number among all that were ever read, the mark by which it is known to be as it was, and its shape: its
columns in their order, and the types that all values of each fit. From the shapes of all files follows how the table is
stored, whichever of them were read now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

from runners.contract import InputError
from runners.tables.columns import ANY
from runners.tables.version import PARTS

Shape = tuple[tuple[str, frozenset[str]], ...]
"""A file's columns, and the types that fit each."""


@dataclass(frozen=True)
class Origin:
    """One file whose rows are in a version."""

    number: int
    mark: str | None
    shape: Shape


@dataclass(frozen=True)
class Origins:
    """The files of a version by their names, and the number of the next one that is read."""

    files: Mapping[str, Origin]
    following: int = 0

    @property
    def fits(self) -> dict[str, frozenset[str]]:
        """Return the columns in the order in which a reading of all files meets them, and the types that fit each."""
        found: dict[str, frozenset[str]] = {}
        for _, origin in sorted(self.files.items()):
            for column, fits in origin.shape:
                found[column] = found.get(column, ANY) & fits
        return found

    def as_json(self) -> dict[str, Any]:
        """Return what `parts.json` says of them; equal shapes stand there once."""
        places = {shape: place for place, shape in enumerate(dict.fromkeys(one.shape for one in self.files.values()))}
        told = {name: [one.number, one.mark, places[one.shape]] for name, one in sorted(self.files.items())}
        shapes = [[[column, sorted(fits)] for column, fits in shape] for shape in places]
        return {"origins": told, "shapes": shapes, "following": self.following}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Read what `parts.json` says; of a table that doesn't come from files, none.

        Raises:
            InputError: it can't be understood.
        """
        try:
            shapes = [_shape(columns) for columns in told.get("shapes", ())]
            files = {str(name): _origin(*one, shapes=shapes) for name, one in told.get("origins", {}).items()}
            following = int(told.get("following", 0))
        except (ValueError, TypeError, AttributeError, IndexError) as error:
            raise InputError(f"what it says of files can't be understood: {error}", PARTS, "read all again") from error
        numbers = [one.number for one in files.values()]
        if len(set(numbers)) != len(numbers) or any(not 0 <= number < following for number in numbers):
            raise InputError("two files have one number, or one is out of bounds", PARTS, "read all again")
        return cls(files, following)


NO_ORIGINS = Origins(MappingProxyType({}))


def _shape(columns: Any) -> Shape:
    shape = tuple((str(name), frozenset(map(str, fits))) for name, fits in columns)
    if not all(fits <= ANY for _, fits in shape):
        raise ValueError("a column fits what is no type")
    return shape


def _origin(number: Any, mark: Any, place: Any, *, shapes: list[Shape]) -> Origin:
    if place < 0:
        raise IndexError("there is no such shape")
    return Origin(int(number), None if mark is None else str(mark), shapes[place])
