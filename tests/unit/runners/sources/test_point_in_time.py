"""Joins to what was known: held against looking at every row, for every event."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from runners.contract import InputError
from runners.sources.derived import read_derived
from runners.sources.parameters import DerivedSource

START = datetime(2024, 1, 1, tzinfo=UTC)
MOMENT = st.none() | st.integers(0, 5)
KEY = st.sampled_from([None, "a", "b"])
EVENTS = st.lists(st.tuples(KEY, MOMENT), max_size=6)
FEATURES = st.lists(st.tuples(KEY, MOMENT, MOMENT, st.none() | st.integers(0, 3)), max_size=8)
SCHEMAS = {
    "events": pa.schema([("id", pa.int64()), ("who", pa.string()), ("at", pa.timestamp("us", "UTC"))]),
    "facts": pa.schema(
        [
            ("key", pa.string()),
            ("day", pa.timestamp("us", "UTC")),
            ("came", pa.timestamp("us", "UTC")),
            ("x", pa.int64()),
            ("id", pa.int64()),
        ]
    ),
}
Row = dict[str, Any]


def moment(hours: int | None) -> datetime | None:
    return None if hours is None else START + timedelta(hours=hours)


def joined(events: list[Row], facts: list[Row], **told: Any) -> list[Row]:
    """Join by the declared form."""
    standing = {"key": {"who": "key"}, "time": "day", "columns": ["x"], "prefix": "then_", **told}
    form = {"events": "events", "time": "at", "features": {"facts": standing}}
    with TemporaryDirectory() as place:
        for name, rows in (("events", events), ("facts", facts)):
            (Path(place) / name).mkdir()
            parquet.write_table(pa.Table.from_pylist(rows, SCHEMAS[name]), Path(place) / name / "data.parquet")
        source = DerivedSource.model_validate({"inputs": dict.fromkeys(SCHEMAS, "datasets/x"), "point_in_time": form})
        urls = {name: f"file://{place}/{name}" for name in SCHEMAS}
        rows = [row for batch in read_derived(source, urls).batches for row in batch.to_pylist()]
    return sorted(rows, key=lambda row: row["id"])


def known(event: Row, fact: Row, *, arrived: bool, before: bool) -> bool:
    """Tell whether a fact was known as an event happened."""
    moments = [fact["day"], fact["came"]] if arrived else [fact["day"]]
    if event["at"] is None or None in moments or event["who"] is None or event["who"] != fact["key"]:
        return False
    return max(moments) < event["at"] if before else max(moments) <= event["at"]


def expected(event: Row, facts: list[Row], *, arrived: bool, before: bool, within: float | None) -> Any:
    """Look at every fact: of those of one moment the one that came last counts, then the largest or a missing one."""
    there = [fact for fact in facts if known(event, fact, arrived=arrived, before=before)]
    if not there:
        return None
    last = max(there, key=lambda one: (one["day"], one["came"] if arrived else START, one["x"] is None, one["x"] or 0))
    is_old = within is not None and last["day"] < event["at"] - timedelta(seconds=within)
    return None if is_old else last["x"]


@given(EVENTS, FEATURES, st.booleans(), st.booleans(), st.none() | st.sampled_from([3600.0, 7200.0]))
@example([("a", 3)], [("a", 1, 5, 1), ("a", 0, 0, 2)], True, False, None)
@settings(max_examples=120, deadline=None)
def test_each_event_has_what_was_known_and_nothing_of_the_future(
    happened: list[Any], told: list[Any], arrived: bool, before: bool, within: float | None
) -> None:
    events = [{"id": place, "who": who, "at": moment(at)} for place, (who, at) in enumerate(happened)]
    facts = [{"key": key, "day": moment(day), "came": moment(came), "x": x} for key, day, came, x in told]
    more = {"arrived": "came"} if arrived else {}
    found = joined(events, facts, before=before, within=within, **more)
    wanted = [
        {**event, "then_x": expected(event, facts, arrived=arrived, before=before, within=within)} for event in events
    ]
    assert found == wanted


def test_a_column_of_both_is_told() -> None:
    with pytest.raises(InputError, match="two columns are called id"):
        joined([], [{"id": 1}], columns=["id"], prefix="")


def test_names_are_quoted() -> None:
    with pytest.raises(InputError, match="nothing"):
        joined([], [], columns=['nothing" FROM x; --'])
