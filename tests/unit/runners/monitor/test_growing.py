"""Columns that grow by parts are what the parts would be, joined."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.monitor import growing
from runners.monitor.growing import Array, Growing
from runners.monitor.rows import Values, listed, objects

TEXTS = pa.array(["b", None, "a"])
PARTS = [
    pa.array([1.5, None, -0.0]),
    pa.array([None, None], pa.float64()),
    pa.array([9.0, 1.0, None, 2.0]).slice(1),
    pa.array([], pa.float64()),
    pa.array([2**53 + 1, None]),
    pa.array([3, 4]),
    TEXTS,
    TEXTS.dictionary_encode(),
    pa.array(["c", "a"]).dictionary_encode().slice(1),
    pa.array([], pa.string()),
    pa.array([True, None]),
    pa.array([[0.5, 0.5], None]),
    objects([1, "a", None]),
    objects([None, None]),
    None,
]


def grown(parts: list[Values | None], missing: int = 0) -> Values | None:
    column = Growing(missing)
    for part in parts:
        column.add(part, 2 if part is None else len(part))
    return column.whole()


def values_of(parts: list[Values | None]) -> list[object]:
    return [value for part in parts for value in ([None] * 2 if part is None else listed(part))]


@given(st.lists(st.sampled_from(PARTS), max_size=6), st.integers(0, 3))
def test_whatever_the_parts_are_their_values_stay(parts: list[Values | None], missing: int) -> None:
    whole = grown(parts, missing)
    told = [None] * missing + values_of(parts)
    assert (set(told) if whole is None else repr(listed(whole))) == (
        set(told) & {None} if whole is None else repr(told)
    )


def test_of_a_column_that_no_row_holds_nothing_is_returned() -> None:
    assert grown([None, objects([None])]) is None


def test_numbers_stay_numbers_and_texts_get_places() -> None:
    assert grown(PARTS[:3], missing=2).type == pa.float64()
    assert grown(PARTS[:1]).null_count == 1
    coded = grown([TEXTS, TEXTS, pa.array(["c"])])
    assert (coded.type.index_type, coded.dictionary.to_pylist()) == (pa.int8(), ["b", "a", "c"])


def test_texts_that_nearly_all_differ_are_kept_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "MOST_TEXTS", 3)
    monkeypatch.setattr(growing, "_TOGETHER", 4)
    parts = [pa.array([f"{part} {place}" for place in range(3)]) for part in range(5)]
    whole = grown([*parts, None])
    assert listed(whole) == [*values_of(parts), None, None]


def test_places_are_as_wide_as_they_need_to_be() -> None:
    for count, kind in ((127, pa.int8()), (128, pa.int16()), (2**15, pa.int32())):
        whole = grown([pa.array([str(place) for place in range(count)])])
        assert (whole.type.index_type, whole[count - 1].as_py()) == (kind, str(count - 1))


def test_an_array_keeps_its_values_while_it_grows() -> None:
    found = Array(np.int32)
    for part in range(30):
        found.add(np.arange(part * 10_000, (part + 1) * 10_000), 10_000)
    found.add(7, 2)
    assert len(found) == 300_002
    assert found.whole().tolist() == [*range(300_000), 7, 7]
