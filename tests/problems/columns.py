"""Columns of every kind that a source can hold: their values, what the source writes for each, the type they are of.

A column is a pool of few values, which Hypothesis draws and shrinks, and a number by which the rows are dealt from it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from random import Random
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from tests.problems import wording

Values = tuple[Any, ...]
TEXTS = (
    "word", "naïve", "数量", "a,b;c|d", 'say "no"', "two\nlines", " padded ", "NA", "null", "-", "1", "007", "true",
    "2024-01-31", "x" * 94 + "y", "x" * 94 + "z", "<b>&amp;</b>", "${secret:NONE}", "=1+1", "1e5", "🙂",
)  # fmt: skip
NAMES = (
    "a", "b", "c.d", "größe [m²]", "数量", "rent, cold", '{"k": 1}', "x:y;z", "A", "a b", "a_b", "tab\tname", "it's",
    "value", "index", "e_mail", "class", "5", "id_of",
)  # fmt: skip
EMPTY = ("",) * 30
_EAST = timezone(timedelta(hours=9, minutes=30))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of column: the spec's word for its type, its values, and how JSON and CSV write one."""

    type: str
    pool: st.SearchStrategy[list[Any]]
    write: Callable[[Any], Any] = lambda value: value
    is_feature: bool = True
    """Whether a trial may learn from it."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `values` are what its cells mean, None where one is missing; `cells` are what a source writes."""

    name: str
    kind: str
    type: str
    values: Values
    cells: Values

    def __repr__(self) -> str:
        """Say it on one line."""
        pool = ", ".join(f"{value!r:.40}" for value in dict.fromkeys(self.values[:30]))
        return f"<{self.name!r} of kind {self.kind}: {len(self.values)} of {pool}>"

    @property
    def present(self) -> Values:
        """Return the values that aren't missing."""
        return tuple(value for value in self.values if value is not None)


def _pool(values: st.SearchStrategy[Any], least: int = 2, most: int = 6) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, min_size=least, max_size=most, unique=True)


def _wordy(texts: list[str]) -> list[str]:
    """Let one text be a plain word, so that CSV holds texts and nothing that all could be read as."""
    return ["word", *(text for text in texts if text != "word")]


_TEXT = st.sampled_from(TEXTS) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
_FLOAT = st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda number: round(number, 4) + 0.0)
_DAY = st.dates(date(1, 1, 1), date(9999, 12, 31)) | st.sampled_from((date(9999, 12, 31), date(1, 1, 1)))
_FIRST, _LAST, _END = (datetime.fromisoformat(text) for text in ("0001-01-02", "9999-12-30", "9999-12-31 23:59:59"))
_MOMENT = st.datetimes(_FIRST, _LAST) | st.just(_END)


def _zoned(moment: datetime) -> datetime:
    return moment.replace(microsecond=0, tzinfo=_EAST)


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "number": Kind("number", _pool(_FLOAT)),
        "integer": Kind("integer", _pool(st.integers(-1000, 1000))),
        "beyond 2^24": Kind("integer", _pool(st.integers(2**24, 2**40))),
        "beyond 2^53": Kind("integer", _pool(st.integers(2**53, 10**18 - 1))),
        "few integers": Kind("integer", _pool(st.integers(0, 3))),
        "boolean": Kind("boolean", st.just([False, True])),
        "category": Kind("string", st.lists(st.sampled_from(("red", "green", "blue")), min_size=2, unique=True)),
        "text": Kind("string", _pool(_TEXT).map(_wordy)),
        "constant": Kind("integer", st.just([7])),
        "constant text": Kind("string", st.just(["word"])),
        "decimal": Kind("number", _pool(_FLOAT).map(lambda pool: [Decimal(f"{x:.2f}") for x in pool]), float),
        "infinite": Kind("number", _pool(_FLOAT).map(lambda pool: [*pool, float("inf")])),
        "day": Kind("datetime", _pool(_DAY), date.isoformat, is_feature=False),
        "moment": Kind("datetime", _pool(_MOMENT), lambda moment: moment.isoformat(" "), is_feature=False),
        "moment in a zone": Kind(
            "datetime", _pool(_MOMENT.map(_zoned)), lambda moment: moment.isoformat(), is_feature=False
        ),
        "missing": Kind("string", st.just([None])),
        "prose": Kind("string", st.integers(0, 9).map(wording.prose)),
        "prose and empty texts": Kind("string", st.integers(0, 9).map(lambda seed: [*wording.prose(seed), *EMPTY])),
        "long text": Kind("string", st.integers(0, 3).map(wording.long_texts)),
        "odd text": Kind("string", _pool(st.sampled_from(wording.ODD)).map(_wordy)),
        "empty text": Kind("string", _pool(st.sampled_from(("", " ", "empty"))).map(_wordy)),
    }
)
"""The kinds of columns by name."""


@st.composite
def columns(draw: st.DrawFn, rows: int, kinds: Sequence[str], names: Sequence[str]) -> Column:
    """Draw a column of so many rows, of one of these kinds, under one of these names."""
    kind = draw(st.sampled_from(kinds))
    pool = draw(KINDS[kind].pool)
    gaps = draw(st.sampled_from((0.0, 0.0, 0.1, 0.5)))
    chance = Random(draw(st.integers(0, 9)))
    values = [None if chance.random() < gaps else pool[chance.randrange(len(pool))] for _ in range(rows)]
    if KINDS[kind].type == "string" and pool[0] is not None:
        values[0] = pool[0]
    return column_of(draw(st.sampled_from(names)), kind, values)


def column_of(name: str, kind: str, values: Sequence[Any]) -> Column:
    """Return a column of a kind."""
    write = KINDS[kind].write
    cells = tuple(None if value is None else write(value) for value in values)
    type_ = "string" if all(value is None for value in values) else KINDS[kind].type
    return Column(name, kind, type_, tuple(values), cells)


def meaning(value: Any) -> Any:
    """Return what a value is once it is stored: decimals are numbers, and moments in UTC, also those without a zone."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value
