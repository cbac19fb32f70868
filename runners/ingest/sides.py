"""The sides of a version: how many rows train, validate and test by the split that its spec states, and of which class.

What can't be split breaks the dataset's contract as a value beyond its bounds does: the version isn't accepted.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Self

from runners.contract import InputError, Violation
from runners.contract.split import SIDES, DatasetSplit
from runners.ingest.parameters import Parameters
from runners.tables.sides import LEFT_OUT, sides, texts_of
from runners.tables.summary import Summary

MOST_CLASSES = 30
"""Classes that are counted by side."""
_NAMES = (*SIDES, "left_out")


class Sides:
    """Counts rows by side while they pass by.

    Args:
        split: how the dataset is split.
        identifier: the column that names a row.
        target: the column that is predicted; with its classes, unless they are sensitive, sides are told.
        hidden: the columns whose values are shown nowhere.
    """

    def __init__(
        self, split: DatasetSplit, identifier: str | None, target: str | None, hidden: frozenset[str] = frozenset()
    ) -> None:
        self._split, self._identifier, self._target, self._hidden = split, identifier, target, hidden
        self._classes_of = split.stratify or target
        self._rows: Counter[int] = Counter()
        self._classes: Counter[tuple[int, str]] | None = Counter()
        self._refused: InputError | None = None

    def see(self, group: Any, _: Summary) -> None:
        """Count the next rows, until some can't be split."""
        if self._refused:
            return
        columns = {name: group.column(name) for name in group.schema.names}
        try:
            found = sides(columns, self._split, self._identifier, self._target)
        except InputError as error:
            self._refused = error
            return
        self._rows.update(found.tolist())
        if self._classes is not None and self._classes_of in columns:
            values = texts_of(columns[self._classes_of]).to_pylist()
            self._classes.update((side, value) for side, value in zip(found.tolist(), values, strict=True) if value)
            if not self._split.stratify and len({value for _, value in self._classes}) > MOST_CLASSES:
                self._classes = None  # a number, or too many to be told

    @classmethod
    def of(cls, params: Parameters) -> Self | None:
        """Return what counts the sides by the parameters of an ingestion; None where they state no split."""
        if params.split is None:
            return None
        hidden = frozenset(name for name, declared in (params.columns or {}).items() if declared.sensitive)
        return cls(params.split, params.identifier, params.target, hidden)

    @property
    def told(self) -> dict[str, Any]:
        """Return rows and classes of each side, as JSON; nothing where the rows can't be split."""
        if self._refused:
            return {}
        total = max(sum(self._rows.values()), 1)
        sizes = {name: self._rows[place] for place, name in enumerate(_NAMES) if self._rows[place] or place < LEFT_OUT}
        told: dict[str, Any] = {
            name: {"rows": count, "share": round(count / total, 6)} | self._balance(_NAMES.index(name))
            for name, count in sizes.items()
        }
        return told

    def _balance(self, side: int) -> dict[str, Any]:
        if not self._classes or self._classes_of in self._hidden:
            return {}
        counts = Counter({value: count for (where, value), count in self._classes.items() if where == side})
        total = max(sum(counts.values()), 1)
        return {"classes": {value: round(count / total, 6) for value, count in counts.most_common(MOST_CLASSES)}}

    def violations(self) -> Iterator[Violation]:
        """Yield why the rows can't be split, which side is empty, and which class is missing on a side."""
        if self._refused:
            yield Violation(where="split", what=self._refused.what, fix=self._refused.fix)
            return
        for place, name in enumerate(SIDES) if sum(self._rows.values()) else ():
            if not self._rows[place]:
                yield Violation(where="split", what=f"no row is on the side {name}", fix=self._fix())
        if self._split.stratify and self._classes is not None:
            yield from self._absent(self._split.stratify)

    def _absent(self, column: str) -> Iterator[Violation]:
        found = self._classes or Counter()
        values = {value for _, value in found}
        for place, name in enumerate(SIDES):
            gone = sorted(value for value in values if not found[place, value])
            if gone:
                shown = "" if column in self._hidden else f": {', '.join(gone[:5])}{', …' if len(gone) > 5 else ''}"
                what = f"{len(gone)} of {len(values)} values of {column} have no row on the side {name}{shown}"
                yield Violation(where="split", what=what, fix=f"collect more rows of them, or merge them in {column}")

    def _fix(self) -> str:
        if self._split.time:
            return (
                "move split.validation_from or split.test_from into the time that the rows have, or shorten split.gap"
            )
        if self._split.column:
            return f"write {', '.join(SIDES)} into {self._split.column} so that each has rows"
        return "collect more rows or groups, raise the shares of the split, or split by something that differs more"
