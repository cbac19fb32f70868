"""Rules: expressions of a dataset's spec that hold in every row, computed in the sandbox of derived datasets.

As in a CHECK of SQL, a row breaks a rule where it is false; where it is NULL, as of values that are missing, it holds.
A rule that can't be computed breaks by itself, and the others are held all the same.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa
from pyarrow import compute as pc

from runners.contract import Violation
from runners.counting import some
from runners.ingest.examples import EXAMPLES, Example, Shown, as_json, first, rows_of
from runners.ingest.parameters import Parameters
from runners.sources.sandbox import nodes, parsed, sandbox, whim
from runners.tables.columns import ARROW, convert
from runners.tables.summary import Summary
from runners.tables.types import Type

TABLE = "rows"
_LONGEST = 200
_CORRECT = (
    "correct the expression: it is one boolean in DuckDB's SQL over the columns of the row, and sees nothing else"
)


@dataclass
class _Rule:
    """A rule, the rows that break it as far as they were seen, and why it can't be computed."""

    text: str
    fault: str = ""
    count: int = 0
    examples: list[Example] = field(default_factory=list)


class Rules:
    """Holds rows to the rules while they pass by."""

    def __init__(self, params: Parameters, types: Mapping[str, Type], before: int = 0) -> None:
        """Open the sandbox, and see which rules can be computed at all.

        Args:
            params: the rules, and which columns may be shown.
            types: how the columns are stored.
            before: how many rows there are before those that are seen.
        """
        self._rules = {name: _Rule(text) for name, text in params.rules.items()}
        self._types = {name: _type_in(name, stored, params) for name, stored in types.items()}
        self._shown, self._spellings, self._rows = Shown(params), params.source.spellings, before
        self._open = ExitStack()
        self._database = self._open.enter_context(sandbox({})) if self._rules else None
        if self._rules:
            self._register(pa.table({name: pa.nulls(0, ARROW[type_]) for name, type_ in self._types.items()}))
        for rule in self._rules.values():
            rule.fault = self._fault(rule.text)

    def close(self) -> None:
        """Close the sandbox."""
        self._open.close()

    def see(self, group: Any, _found: Summary | None = None) -> None:
        """Hold the next rows to the rules."""
        sound = [rule for rule in self._rules.values() if not rule.fault]
        if sound:
            self._register(pa.table({name: self._typed(name, group.column(name)) for name in self._types}))
        for rule in sound:
            self._hold(rule, group)
        self._rows += group.num_rows

    def _typed(self, name: str, values: Any) -> Any:
        return convert(values, self._types[name], self._spellings.of(name))[0]

    def _register(self, table: Any) -> None:
        assert self._database is not None  # there are rules
        self._database.register(TABLE, table)

    def _hold(self, rule: _Rule, group: Any) -> None:
        try:
            held = self._asked(rule.text).to_arrow_table().column(0).combine_chunks()
        except duckdb.Error as error:
            rule.fault = _told(error)
            return
        broken = pc.fill_null(pc.invert(held), False)
        rule.count += broken.true_count
        for row in first(broken, EXAMPLES - len(rule.examples)):
            rule.examples.append(self._shown.example(self._rows + row + 1, row, group))

    def _asked(self, text: str) -> duckdb.DuckDBPyRelation:
        assert self._database is not None  # there are rules
        return self._database.sql(f"SELECT (\n{text}\n) FROM {TABLE}")

    def _fault(self, text: str) -> str:
        """Say why an expression can't be a rule of these columns; empty where it can."""
        told = _parsed(text)
        if isinstance(told, str):
            return told
        names = [name.casefold() for name in self._types]
        if same := next((name for name in names if names.count(name) > 1), None):
            return f"two columns are called {same}, as SQL makes no difference between small letters and capitals"
        if found := whim(told, set(names)):
            return f"{found} differs each time that it is computed"
        if any(node.get("class") == "SUBQUERY" for node in nodes(told)):
            return "it looks at other rows than its own: a rule has no subquery"
        assert self._database is not None  # there are rules
        try:
            self._database.sql(f"SELECT 1 FROM {TABLE} WHERE (\n{text}\n)")  # where DuckDB lets nothing but rows in
            found_types = [str(type_) for type_ in self._asked(text).types]
        except duckdb.Error as error:
            return _told(error)
        return "" if found_types == ["BOOLEAN"] else f"it is no truth: its type is {', '.join(found_types)}"

    def violations(self, rows: int | None = None) -> Iterator[Violation]:
        """Say which rules are broken, and which can't be computed; `rows` are all there are, where more were seen."""
        count = self._rows if rows is None else rows
        for name, rule in self._rules.items():
            where = f"rules.{name}"
            if rule.fault:
                yield Violation(where=where, what=f"it can't be computed: {rule.fault}"[:500], fix=_CORRECT)
            elif rule.count:
                broken = some(rule.count, count, "rows", "breaks it", "break it")
                what = f"{broken}: {rows_of(rule.examples, rule.count)}"
                yield Violation(where=where, what=what, fix=f"correct the source, or the rule {rule.text[:_LONGEST]}")

    def details(self) -> list[dict[str, Any]]:
        """Return the rows that break rules, as JSON for the data store."""
        return [
            {"where": f"rules.{name}", "what": rule.text, "examples": [as_json(one) for one in rule.examples]}
            for name, rule in self._rules.items()
            if rule.examples and not rule.fault
        ]


def _type_in(name: str, stored: Type, params: Parameters) -> Type:
    """Return the type of a column in the sandbox: as declared, but for whole numbers that turn out to be none."""
    declared = (params.columns or {}).get(name)
    return stored if declared is None or (declared.type, stored) == ("integer", "number") else declared.type


def _parsed(text: str) -> Mapping[str, Any] | str:
    """Return an expression as DuckDB parses it; where it is none by itself, what is wrong with it."""
    told, plain = parsed(f"SELECT (\n{text}\n)"), parsed("SELECT (\nTRUE\n)")
    if isinstance(told, str):
        return told
    assert not isinstance(plain, str)  # it is an expression
    is_one = len(told["statements"]) == 1 and _around(told) == _around(plain) and len(_selected(told)) == 1
    return told if is_one else "it is more than one expression"


def _node(told: Mapping[str, Any]) -> Mapping[str, Any]:
    node: Mapping[str, Any] = told["statements"][0]["node"]
    return node


def _around(told: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in _node(told).items() if key != "select_list"}


def _selected(told: Mapping[str, Any]) -> list[Any]:
    return list(_node(told)["select_list"])


def _told(error: duckdb.Error) -> str:
    """Return what DuckDB says of an expression, without a value of a row."""
    if isinstance(error, duckdb.ConversionException | duckdb.InvalidInputException | duckdb.OutOfRangeException):
        return "a value of some row can't be converted, or is out of range; TRY_CAST makes NULL of it"
    if isinstance(error, duckdb.OutOfMemoryException):
        return "it needs more memory than the job has"
    return str(error).strip().split("\n", 1)[0]
