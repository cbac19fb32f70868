"""Debezium's envelope, case by case."""

import base64
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.sources.changes.change import Change
from runners.sources.changes.debezium import NoEnvelope, decode

AT = 1_700_000_000_123
MOMENT = datetime(2023, 11, 14, 22, 13, 20, 123000, tzinfo=UTC)
SOURCE = {"db": "shop", "table": "loans", "lsn": 24023128, "ts_ms": AT}
LEFT_OUT = "__debezium_unavailable_value"


def told(op: str, before: Any = None, after: Any = None) -> dict[str, Any]:
    return {"before": before, "after": after, "source": SOURCE, "op": op, "ts_ms": AT + 500}


def change(op: Any, *args: Any) -> Change:
    return Change(op, *args, at=MOMENT, source=SOURCE)


ROW, FORMER = {"id": 1, "name": "ø"}, {"id": 1, "name": None}
CASES: list[tuple[str, Any, Change | None]] = [
    ("created", told("c", None, ROW), change("put", ROW)),
    ("read for a snapshot", told("r", None, ROW), change("put", ROW)),
    ("updated, its key as it was", told("u", None, ROW), change("put", ROW)),
    ("updated, with its former state", told("u", FORMER, ROW), change("put", ROW, FORMER)),
    ("deleted", told("d", FORMER, None), change("remove", FORMER)),
    ("all deleted", told("t"), change("truncate")),
    ("a tombstone", None, None),
    ("a tombstone of no bytes", b"", None),
    ("a tombstone with a schema", {"schema": None, "payload": None}, None),
    ("a message that a program wrote", {"op": "m", "message": {"prefix": "a"}}, None),
    (
        "with what is left out as unchanged",
        told("u", None, {"id": 1, "note": LEFT_OUT, "many": [LEFT_OUT]}),
        Change("put", {"id": 1, "note": None, "many": None}, None, frozenset({"note", "many"}), MOMENT, SOURCE),
    ),
    ("without a moment or a source", {"op": "c", "after": ROW}, Change("put", ROW)),
    ("with a moment alone", {"op": "c", "after": ROW, "ts_ms": AT}, Change("put", ROW, at=MOMENT)),
]


@pytest.mark.parametrize(("value", "found"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_an_envelope_says_what_became_of_a_row(value: Any, found: Change | None) -> None:
    assert decode(value) == found
    if isinstance(value, dict) and "payload" not in value:
        text = json.dumps(value)
        assert decode(text) == decode(text.encode()) == decode({"schema": {}, "payload": value}) == found


def coded(number: int, size: int = 8) -> str:
    return base64.b64encode(number.to_bytes(size, "big", signed=True)).decode()


def named(name: str, **parameters: str) -> dict[str, Any]:
    return {"type": "any", "name": name} | ({"parameters": parameters} if parameters else {})


DECIMAL, TIME = "org.apache.kafka.connect.data.Decimal", "io.debezium.time."
VALUES: list[tuple[Any, dict[str, Any], Any]] = [
    ("AN4=", named(DECIMAL, scale="2"), Decimal("2.22")),
    (coded(-123456789), named(DECIMAL, scale="4"), Decimal("-12345.6789")),
    (coded(10**37, 16), named(DECIMAL, scale="0"), Decimal(10) ** 37),
    (12.5, named(DECIMAL, scale="1"), Decimal("12.5")),
    ({"scale": 3, "value": coded(1500)}, named("io.debezium.data.VariableScaleDecimal"), Decimal("1.500")),
    (19_782, named(TIME + "Date"), date(2024, 2, 29)),
    (-719_163, named(TIME + "Date"), "-719163 days after 1970-01-01"),
    (19_782, named("org.apache.kafka.connect.data.Date"), date(2024, 2, 29)),
    (AT, named(TIME + "Timestamp"), MOMENT),
    (AT * 1000 + 7, named(TIME + "MicroTimestamp"), MOMENT.replace(microsecond=123007)),
    (AT * 1_000_000 + 7999, named(TIME + "NanoTimestamp"), MOMENT.replace(microsecond=123007)),
    (-1, named(TIME + "MicroTimestamp"), datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
    (2**62, named(TIME + "Timestamp"), f"{2**62 // 1000} seconds after 1970-01-01"),
    (
        "2024-03-31T02:30:00.5+02:00",
        named(TIME + "ZonedTimestamp"),
        datetime(2024, 3, 31, 0, 30, 0, 500000, tzinfo=UTC),
    ),
    ("+292278994-08-16T23:00:00Z", named(TIME + "ZonedTimestamp"), "+292278994-08-16T23:00:00Z"),
    (86_399_500, named(TIME + "Time"), "23:59:59.500000"),
    (3_600_000_000, named(TIME + "MicroTime"), "01:00:00"),
    ("10:00:00Z", named(TIME + "ZonedTime"), "10:00:00Z"),
    (base64.b64encode(b"\x05\x01").decode(), named("io.debezium.data.Bits", length="10"), "0100000101"),
    ('{"a": 1}', named("io.debezium.data.Json"), '{"a": 1}'),
    ("happy", named("io.debezium.data.Enum", allowed="sad,happy"), "happy"),
    ("3q2+7w==", {"type": "bytes"}, b"\xde\xad\xbe\xef"),
    ([19_782, None], {"type": "array", "items": named(TIME + "Date")}, [date(2024, 2, 29), None]),
    (None, named(DECIMAL, scale="2"), None),
    (7, {"type": "int32"}, 7),
    ("AN4=", {}, "AN4="),
]


@pytest.mark.parametrize(("value", "schema", "read"), VALUES)
def test_values_are_what_their_schemas_say(value: Any, schema: dict[str, Any], read: Any) -> None:
    fields = [{"field": side, "fields": [{**schema, "field": "x"}]} for side in ("before", "after")]
    found = decode({"schema": {"fields": fields}, "payload": {"op": "c", "after": {"x": value}}})
    assert found == Change("put", {"x": read})


BAD = [b"{", "[1]", {"op": "x"}, {"op": "c"}, {"op": "d"}, {"op": ["c"]}, {"op": "c", "after": 7}, {"payload": 1}]


@pytest.mark.parametrize("value", BAD)
def test_what_is_no_envelope_is_refused(value: Any) -> None:
    with pytest.raises(NoEnvelope):
        decode(value)


@pytest.mark.parametrize("value", ["7", True, "!!", {"value": 1}, {"scale": 10**9, "value": "AA=="}, [], 10**400])
@pytest.mark.parametrize("schema", [one[1] for one in VALUES])
def test_a_value_that_is_not_what_its_schema_says_is_refused_or_read(value: Any, schema: dict[str, Any]) -> None:
    fields = [{"field": "after", "fields": [{**schema, "field": "x"}]}]
    try:
        decode({"schema": {"fields": fields}, "payload": {"op": "c", "after": {"x": value}}})
    except NoEnvelope as error:
        assert "isn't what its schema says" in str(error)  # noqa: PT017, either may be


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["op", "after", "before", "schema", "payload", "fields", "field"]), inner, max_size=4
        )
    ),
)


@given(JSON)
def test_whatever_comes_is_a_change_or_refused(value: Any) -> None:
    try:
        found = decode(json.dumps(value))
    except NoEnvelope:
        return
    assert found is None or isinstance(found, Change)
