"""Contracts of columns: rules that a spec declares of one, and the rows that break them, by this file's own reading."""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from tests.problems.columns import Column, meaning
from tests.problems.problem import Problem

PATTERNS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "a": lambda text: "a" in text,
        "^word$": lambda text: text == "word",
        "[0-9]": lambda text: any(sign in "0123456789" for sign in text),
        "^.{0,4}$": lambda text: len(text) <= 4 and "\n" not in text,
        r"^\S": lambda text: text[:1] not in ("", " ", "\t", "\n", "\r", "\f"),
        "(?i)^W": lambda text: text[:1] in ("w", "W"),
        "^$": lambda text: not text,
    }
)
"""Expressions, and what each says of a text."""


@dataclass(frozen=True, slots=True)
class Contract:
    """A problem, one of its columns, and what is declared of that column beside its type."""

    problem: Problem
    name: str
    rule: Mapping[str, Any]

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Let Hypothesis print it on a few lines."""
        printer.text(repr(self))

    @property
    def column(self) -> Column:
        """Return the column that the rule is for."""
        return self.problem.column(self.name)


@st.composite
def contracts(draw: st.DrawFn, problems: st.SearchStrategy[Problem]) -> Contract:
    """Draw a problem and a rule for one of its columns, whose bounds are values that the column has."""
    problem = draw(problems)
    column = draw(st.sampled_from(problem.columns))
    rules = [st.just({"unique": True}), st.builds(lambda share: {"missing": share}, st.sampled_from((0.0, 0.05, 0.3)))]
    finite = [value for value in column.present if column.type in ("integer", "number") and math.isfinite(value)]
    if finite:
        bound = st.sampled_from([value if column.type == "integer" else float(value) for value in finite])
        rules += [st.fixed_dictionaries({key: bound}) for key in ("minimum", "maximum")]
        rules.append(st.lists(bound, min_size=1, max_size=3).map(lambda values: {"enum": values}))
    if column.type == "string" and column.present:
        known = st.lists(st.sampled_from(column.present), min_size=1, max_size=3)
        rules += [st.builds(lambda key: {"pattern": key}, st.sampled_from(tuple(PATTERNS)))]
        rules.append(known.map(lambda values: {"enum": values}))
    return Contract(problem, column.name, draw(st.one_of(rules)))


def broken_by(contract: Contract) -> list[int]:
    """Return the rows, from 1, that break the rule; of `missing` only where there are too many; of `unique` repeats."""
    ((key, told),) = contract.rule.items()
    values = [meaning(value) for value in contract.column.values]
    if key == "missing":
        gaps = [row for row, value in enumerate(values, 1) if value is None]
        return gaps if len(gaps) > told * len(values) else []
    if key == "unique":
        seen: Counter[Any] = Counter()
        return [row for row, value in enumerate(values, 1) if value is not None and _seen(seen, value)]
    holds: Mapping[str, Callable[[Any], bool]] = {
        "minimum": lambda value: value >= told,
        "maximum": lambda value: value <= told,
        "enum": lambda value: value in told,
        "pattern": PATTERNS.get(str(told), bool),
    }
    return [row for row, value in enumerate(values, 1) if value is not None and not holds[key](value)]


def _seen(seen: "Counter[Any]", value: Any) -> bool:
    seen[value] += 1
    return seen[value] > 1
