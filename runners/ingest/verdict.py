"""The verdict: what of the data breaks its declared schema. All that is wrong is found, not the first thing.

Violations go to status pages and into Git, so they name rows by number and hold no value. The values stand in
`violations.json`, which stays in the data store; those of sensitive columns stand nowhere.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice
from typing import Any, NamedTuple

import pyarrow as pa
from pyarrow import compute as pc

from runners.contract import InputError, Violation
from runners.counting import counted, some
from runners.ingest.examples import EXAMPLES, Example, Shown, as_json, first, rows_of
from runners.ingest.parameters import Column, Parameters
from runners.ingest.spool import column
from runners.ingest.widening import Widening
from runners.tables.columns import ARROW, convert

_FIELDS = ("type", "minimum", "maximum", "enum", "pattern")
"""Fields that single values break, in the order in which that is told."""


class Rule(NamedTuple):
    """What a value is that breaks the rule; from converted values to a mask; what to do; the field that says so."""

    what: str
    breaks: Callable[[Any], Any]
    fix: str
    declared_by: str


class Counted(NamedTuple):
    """How many values of a column are present and distinct."""

    present: int
    distinct: int


@dataclass
class _Breach:
    """The values of one column that break one rule, as far as rows have been seen."""

    where: str
    what: str
    fix: str
    declared_by: str
    count: int = 0
    examples: list[Example] = field(default_factory=list)


class Verdict:
    """Gathers what breaks the schema while batches pass by."""

    def __init__(self, params: Parameters) -> None:
        """Prepare the rules of all declared columns.

        Raises:
            InputError: a pattern is no RE2 expression.
        """
        self._params = params
        self._columns: Mapping[str, Column] = params.columns or {}
        self._rules = {name: _rules(name, declared) for name, declared in self._columns.items()}
        self._breaches: dict[tuple[str, str], _Breach] = {}
        self._missing: dict[str, int] = {}
        self._gaps: dict[str, list[Example]] = {}
        self._widening, self._shown = Widening(params), Shown(params)
        self._rows = 0

    def begin_after(self, rows: int, missing: Mapping[str, int]) -> None:
        """Take rows for granted that were found to hold the schema; `missing` tells the gaps of each column in them."""
        self._rows = rows
        self._missing = {name: missing[name] for name in self._columns if name in missing}
        self._gaps = {name: [] for name in self._missing}

    def recount(self, rows: int, missing: Mapping[str, int]) -> None:
        """Take other counts for granted, after the last batch: rows that were there before may have gone."""
        self._rows = rows
        self._missing = {name: missing[name] for name in self._missing}

    def see(self, batch: Any, present: Mapping[str, str], stored: Any = None) -> None:
        """Check a batch of plain columns against the rules for single values.

        Args:
            batch: the rows; a column that this part of the source lacks counts as missing in all of them.
            present: the columns that any part of the data has, and their types.
            stored: the same rows as they are stored, where that was made already.
        """
        for name, declared in self._columns.items():
            if name not in present:
                continue
            if stored is not None and present[name] == declared.type:  # as all values fit it
                self._check(name, batch, stored.column(name), _no(stored.num_rows))
            else:
                spellings = self._params.source.spellings.of(name)
                self._check(name, batch, *convert(column(batch, name), declared.type, spellings))
        self._rows += batch.num_rows

    def _check(self, name: str, batch: Any, values: Any, misfits: Any) -> None:
        missing = pc.and_(pc.is_null(values), pc.invert(misfits))
        self._missing[name] = self._missing.get(name, 0) + missing.true_count
        gaps = self._gaps.setdefault(name, [])
        gaps += [self._example(name, row, batch) for row in first(missing, EXAMPLES - len(gaps))]
        self._widening.note(name, "missing", missing, values, batch)
        what = f"not of type {self._columns[name].type}"
        if self._note(name, Rule(what, pc.is_null, self._fix_of_type(name), "type"), misfits, batch):
            self._widening.note(name, "type", misfits, column(batch, name), batch)
        for rule in self._rules[name]:
            mask = pc.fill_null(rule.breaks(values), False)
            if self._note(name, rule, mask, batch):
                self._widening.note(name, rule.declared_by, mask, values, batch)

    def _note(self, name: str, rule: Rule, mask: Any, batch: Any) -> bool:
        count = mask.true_count
        if not count:
            return False
        breach = self._breaches.setdefault((name, rule.what), _Breach(name, rule.what, rule.fix, rule.declared_by))
        breach.count += count
        rows = first(mask, EXAMPLES - len(breach.examples))
        breach.examples += [self._example(name, row, batch) for row in rows]
        return True

    def _fix_of_type(self, name: str) -> str:
        files, type_ = self._params.source.files, self._columns[name].type
        settings = {"integer": "thousands", "number": "decimal or thousands", "datetime": "dates"}.get(type_)
        is_spelled = settings and files and files.format in ("csv", "jsonl", "json", "excel")
        hint = f", or set source.files.{settings} where it spells them otherwise" if is_spelled else ""
        return f"correct the source, or the type in columns.{name}{hint}"

    def _example(self, name: str, row: int, batch: Any) -> Example:
        return self._shown.example(self._rows + row + 1, row, batch, name)

    def details(self) -> list[dict[str, Any]]:
        """Return the examples of all that was noted, as JSON for the data store: rows, identifiers and values."""
        noted = [(breach.where, breach.what, breach.examples) for breach in self._breaches.values()]
        noted += [(name, "missing", gaps) for name, gaps in self._gaps.items() if gaps]
        return [
            {"where": where, "what": what, "examples": [as_json(one) for one in examples]}
            for where, what, examples in noted
        ]

    def widened(self, violations: Sequence[Violation], types: Mapping[str, str]) -> Mapping[str, Any] | None:
        """Return what of the spec would have to be wider for the same data to pass, with evidence.

        Args:
            violations: all that is wrong with the data, whoever found it.
            types: how its columns are stored.

        Returns:
            None where nothing is wrong, or something is that no wider column heals.
        """
        gaping = {name: count for name, count in self._missing.items() if self._is_gaping(name, count)}
        if not violations or len(violations) != len(self._breaches) + len(gaping):
            return None
        fields = [(breach.where, breach.declared_by) for breach in self._breaches.values()]
        return self._widening.widened(fields, gaping, self._rows, types)

    def _is_gaping(self, name: str, count: int) -> bool:
        return count > 0 and count / self._rows > self._columns[name].missing

    def violations(
        self, present: Sequence[str], count: Callable[[str], Counted], *, all_missing: bool = False
    ) -> tuple[Violation, ...]:
        """Say all that is wrong, after the last batch.

        Args:
            present: the columns that the data has.
            count: counts the values of a column.
            all_missing: whether no column holds any value.
        """
        found = [*self._of_table(all_missing), *self._of_columns(present)]
        told = sorted(
            self._breaches.values(), key=lambda one: (present.index(one.where), _FIELDS.index(one.declared_by))
        )
        found += [_violation(breach, self._rows) for breach in told]
        found += [*self._of_missing(), *self._of_unique(present, count)]
        return tuple(found)

    def _of_table(self, all_missing: bool) -> Iterator[Violation]:
        if self._rows < self._params.minimum_rows:
            what = f"it has {counted(self._rows, 'row')}, fewer than minimum_rows {self._params.minimum_rows:,}"
            yield Violation(where="table", what=what, fix="see why the source holds so little, or lower minimum_rows")
        if self._rows and all_missing:
            yield Violation(where="table", what="every value of every column is missing", fix="correct the source")

    def _of_columns(self, present: Sequence[str]) -> Iterator[Violation]:
        named = {"identifier": self._params.identifier, "target": self._params.target}
        named |= {"timestamp": self._params.timestamp, **{f"partition {p}": p for p in self._params.partition}}
        wanted = {name: f"columns.{name}" for name in self._columns}
        wanted |= {name: role for role, name in named.items() if name and name not in wanted}
        wanted |= {name: "source.files.dates" for name in self._params.source.spellings.dates_of if name not in wanted}
        for name in wanted:
            if name not in present:
                near = get_close_matches(name, present, 1)
                hint = f"; the nearest one is {near[0]}" if near else ""
                fix = f"bring it back, or change {wanted[name]} in the spec"
                yield Violation(where=name, what=f"the column is not in the data{hint}", fix=fix)
        if self._params.columns is not None and self._params.takes_new != "allow":
            for name in present:
                if name not in self._columns:
                    fix = f"declare columns.{name}, leave it out of the source, or set new_columns: propose or allow"
                    yield Violation(where=name, what="the column is not in the schema", fix=fix)

    def _of_missing(self) -> Iterator[Violation]:
        for name, count in self._missing.items():
            allowed = self._columns[name].missing
            if self._is_gaping(name, count):
                rows = rows_of(self._gaps[name], count)
                what = f"{_counted(count, self._rows)} missing, allowed are {allowed:.2%}: {rows}"
                yield Violation(where=name, what=what, fix=f"fill them at the source, or raise columns.{name}.missing")

    def _of_unique(self, present: Sequence[str], count: Callable[[str], Counted]) -> Iterator[Violation]:
        identifier = self._params.identifier
        asked = {name: f"columns.{name}.unique" for name, declared in self._columns.items() if declared.unique}
        asked |= {identifier: "identifier"} if identifier else {}
        for name, by in asked.items():
            told = count(name) if name in present else Counted(self._rows, self._rows)
            if told.present > told.distinct:
                more = told.present - told.distinct
                what = f"{some(more, self._rows, 'values', 'repeats', 'repeat')} an earlier one, which {by} forbids"
                yield Violation(where=name, what=what, fix="remove the duplicates at the source")
            if by == "identifier" and told.present < self._rows and name not in self._columns:
                what = f"{some(self._rows - told.present, self._rows, 'rows', 'has', 'have')} no identifier"
                yield Violation(where=name, what=what, fix="give every row one, or choose another identifier")


def _rules(name: str, declared: Column) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    if declared.minimum is not None:
        low, least = declared.minimum, _bound(declared.minimum, declared.type, math.ceil)
        fix = f"correct the source, or lower columns.{name}.minimum"
        rules.append(Rule(f"below minimum {low:g}", lambda values: pc.less(values, least), fix, "minimum"))
    if declared.maximum is not None:
        high, most = declared.maximum, _bound(declared.maximum, declared.type, math.floor)
        fix = f"correct the source, or raise columns.{name}.maximum"
        rules.append(Rule(f"above maximum {high:g}", lambda values: pc.greater(values, most), fix, "maximum"))
    if declared.enum is not None:
        rules.append(_enum_rule(name, declared))
    if declared.pattern is not None:
        rules.append(_pattern_rule(name, declared.pattern))
    return tuple(rules)


def _bound(value: float, type_: str, rounding: Callable[[float], int]) -> Any:
    """Return a bound in the type of its column: whole numbers of 64 bits are more exact than a float."""
    if type_ != "integer":
        return pa.scalar(float(value), pa.float64())
    whole = rounding(value) if math.isfinite(value) else value
    return pa.scalar(int(min(max(whole, -(2**63)), 2**63 - 1)), pa.int64())


def _enum_rule(name: str, declared: Column) -> Rule:
    allowed = pa.array(list(declared.enum or ()), pa.string() if declared.type == "datetime" else ARROW[declared.type])
    allowed = allowed if declared.type != "datetime" else convert(allowed, "datetime")[0]
    named = ", ".join(map(str, islice(declared.enum or (), 10))) + (", …" if len(declared.enum or ()) > 10 else "")

    def breaks(values: Any) -> Any:
        return pc.and_(pc.is_valid(values), pc.invert(pc.is_in(values, value_set=allowed)))

    return Rule(
        f"not one of {named}", breaks, f"correct the source, or add the new values to columns.{name}.enum", "enum"
    )


def _pattern_rule(name: str, pattern: str) -> Rule:
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid as error:
        fix = "write an RE2 expression, which has no lookaround and no back references"
        raise InputError(str(error), f"columns.{name}.pattern", fix) from error
    fix = f"correct the source, or columns.{name}.pattern"

    def breaks(values: Any) -> Any:
        return pc.invert(pc.match_substring_regex(values, pattern))

    return Rule(f"without a match of {pattern}", breaks, fix, "pattern")


def _violation(breach: _Breach, rows: int) -> Violation:
    what = f"{_counted(breach.count, rows)} {breach.what}: {rows_of(breach.examples, breach.count)}"
    return Violation(where=breach.where, what=what, fix=breach.fix)


def _no(rows: int) -> Any:
    return pa.repeat(pa.scalar(False), rows)


def _counted(count: int, rows: int) -> str:
    share = f"{count / rows:.2%}" if count / rows >= 0.0001 else "under 0.01%"
    return f"{count:,} of {rows:,} values ({share}) {'is' if count == 1 else 'are'}"
