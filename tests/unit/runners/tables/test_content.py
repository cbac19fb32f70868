"""The digest of what data says."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.tables.content import GROUP_ROWS, Content, content_of_table

ROWS: dict[str, list[Any]] = {
    "i": [1, None, 3],
    "f": [0.5, None, -0.0],
    "s": ["a", None, "ü"],
    "b": [True, None, False],
    "t": [datetime(2024, 1, 1, tzinfo=UTC), None, datetime(1900, 1, 1, tzinfo=UTC)],
}


def table(**changed: list[Any]) -> Any:
    return pa.table(ROWS | changed)


def test_equal_values_have_equal_digests_however_they_lie_in_memory() -> None:
    sliced = pa.concat_tables([table(), table(), table()]).slice(3, 3)
    chunked = pa.concat_tables([table().slice(0, 1), table().slice(1)])
    assert {content_of_table(t) for t in (table(), sliced, chunked, table(f=[0.5, None, 0.0]))} == {
        content_of_table(table())
    }


@pytest.mark.parametrize(
    "changed",
    [
        {"i": [1, 0, 3]},
        {"i": [1, None, 4]},
        {"f": [0.5, 0.0, -0.0]},
        {"s": ["a", "", "ü"]},
        {"s": ["aü", None, ""]},
        {"b": [True, False, False]},
        {"b": [True, None, True]},
        {"t": [datetime(2024, 1, 1, tzinfo=UTC), None, None]},
    ],
)
def test_a_changed_value_changes_the_digest(changed: dict[str, list[Any]]) -> None:
    assert content_of_table(table(**changed)) != content_of_table(table())


def test_names_order_and_types_count() -> None:
    told = {
        content_of_table(t)
        for t in (
            pa.table({"a": [1], "b": [2]}),
            pa.table({"b": [2], "a": [1]}),
            pa.table({"a": [1], "c": [2]}),
            pa.table({"a": [1.0], "b": [2]}),
            pa.table({"a": [2], "b": [1]}),
        )
    }
    assert len(told) == 5


def test_groups_are_a_part_of_the_definition() -> None:
    long = pa.table({"a": pa.array(range(GROUP_ROWS + 5))})
    content = Content(long.schema)
    for start in (0, GROUP_ROWS):
        content.add(long.slice(start, GROUP_ROWS).to_batches()[0])
    assert content.hexdigest() == content_of_table(long)


@given(st.lists(st.one_of(st.none(), st.text(max_size=3)), max_size=6))
def test_texts_are_told_apart(texts: list[str | None]) -> None:
    clean = [None if text is None else text.encode("utf-8", "replace").decode() for text in texts]
    other = [*clean, "x"]
    assert content_of_table(pa.table({"a": pa.array(clean, pa.string())})) != content_of_table(
        pa.table({"a": pa.array(other, pa.string())})
    )
