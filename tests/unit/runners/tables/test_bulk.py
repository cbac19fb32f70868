"""Texts that are read by the thousand, against the reading of one by one."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runners.tables.bulk import read_texts
from runners.tables.columns import TYPES, candidates, convert
from runners.tables.types import Type

Texts = st.lists(
    st.none()
    | st.text("0123456789-+.eE /", max_size=6)
    | st.integers(-(10**18), 10**18).map(str)
    | st.floats().map(str)
    | st.datetimes().map(lambda time: time.isoformat(" ", "seconds"))
    | st.dates().map(str)
    | st.sampled_from(["true", "False", "TRUE", "tRue", "nan", "inf", "NA", "0x1F", "007", "1_000", "²", "9" * 17]),
    max_size=4,
)


@given(Texts, st.sampled_from(TYPES))
@example(["9999999999999999.9"], "number")
@example(["00.5"], "number")
@example(["-00"], "integer")
@example(["-0", "-0.0"], "number")
@example(["1/2"], "number")
@example(["2024-01-31 2359:5"], "datetime")
@example(["0000-01-01"], "datetime")
@example(["2024-02-30"], "datetime")
@example(["1e400", "1e-400"], "number")
@example(["ü"], "integer")
def test_what_is_read_at_once_is_what_would_have_been_read_one_by_one(texts: list[str | None], type_: Type) -> None:
    clean = [None if text is None else text.encode("utf-8", "replace").decode() for text in texts]
    values = pa.array(["x", *clean], pa.string()).slice(1)
    found = read_texts(values, type_)
    if found is None or values.null_count == len(values):
        return
    assert type_ in candidates(values, is_text=True)
    assert found.equals(convert(values, type_)[0])


@pytest.mark.parametrize(
    ("texts", "type_"),
    [
        (["1", None, "-20", "0"], "integer"),
        (["1.5", None, "-0.25", "7", ".5", "3."], "number"),
        (["1.5e-07", "2E+10", "3"], "number"),
        (["true", "false", None], "boolean"),
        (["2024-01-31", None, "1900-02-01"], "datetime"),
        (["2024-01-31 23:59:59", "2024-01-31T00:00:00"], "datetime"),
        (["a", None], "string"),
    ],
)
def test_usual_spellings_are_read_at_once(texts: list[Any], type_: Type) -> None:
    assert read_texts(pa.array(texts, pa.string()), type_) is not None
