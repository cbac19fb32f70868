"""PostgreSQL's texts as columns."""

from typing import Any

import pyarrow as pa
import pytest

from runners.sources.changes.texts import array_of, type_of


def digits(precision: int, scale: int) -> int:
    return precision * 2**16 + scale + 4


@pytest.mark.parametrize(
    ("oid", "modifier", "is_key", "told"),
    [
        (1700, -1, False, "number"),
        (1700, -1, True, "string"),
        (1700, digits(18, 0), True, "integer"),
        (1700, digits(19, 0), False, "number"),
        (1700, digits(19, 0), True, "string"),
        (1700, digits(9, 2), False, "number"),
        (20, -1, True, "integer"),
        (701, -1, False, "number"),
        (16, -1, False, "boolean"),
        (1082, -1, False, "datetime"),
        (1114, -1, False, "datetime"),
        (1184, -1, False, "datetime"),
        (25, -1, False, "string"),
        (3802, -1, False, "string"),
    ],
)
def test_a_type_is_stored_as_what_holds_it_exactly(oid: int, modifier: int, is_key: bool, told: str) -> None:
    assert type_of(oid, modifier, is_key=is_key) == told


@pytest.mark.parametrize(
    ("texts", "oid", "type_", "kind"),
    [
        (["t", None, "f"], 16, "boolean", pa.bool_()),
        (["-9223372036854775808", None], 20, "integer", pa.int64()),
        (["0.1", "NaN", "-Infinity", None], 701, "number", pa.float64()),
        (["2024-02-29", "0001-01-01", None], 1082, "datetime", pa.timestamp("us", "UTC")),
        (["2024-03-31 00:30:00.5+00", None], 1184, "datetime", pa.timestamp("us", "UTC")),
        (["infinity", "2024-02-29"], 1082, "datetime", pa.string()),
        (["0044-03-15 BC"], 1082, "datetime", pa.string()),
        (["10000-01-01 00:00:00+00"], 1184, "datetime", pa.string()),
        (["\\xdeadbeef", "\\x", None], 17, "string", pa.string()),
        (["2024-02-29", "7", ""], 25, "string", pa.string()),
        ([], 25, "string", pa.string()),
    ],
)
def test_texts_are_values_or_stay_texts(texts: list[str | None], oid: int, type_: Any, kind: Any) -> None:
    found = array_of(texts, oid, type_)
    assert (found.type, len(found), found.null_count) == (kind, len(texts), texts.count(None))
