"""Which columns hold each value once."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.ingest import repeats
from runners.ingest.repeats import Repeats
from runners.tables.columns import ARROW
from runners.tables.summary import summary_of
from runners.tables.types import Type


def counted(folder: Path, values: list[list[Any]], type_: Type, asked: tuple[str, ...] = ("x",)) -> dict[str, int]:
    found = Repeats(folder, asked, {"x": type_})
    for part in values:
        group = pa.RecordBatch.from_arrays([pa.array(part, ARROW[type_])], names=["x"])
        found.see(group, summary_of(group, {"x": type_}))
    return found.distinct()


@pytest.mark.parametrize("in_memory", [0, 3, 10**6])
@pytest.mark.parametrize(
    ("type_", "values", "distinct"),
    [
        ("integer", [[1, 2, None], [2, 3], [-(2**63), 2**63 - 1]], 5),
        ("number", [[0.0, -0.0], [1.5, float("inf")]], 3),
        ("string", [["a", "b"], ["", "a" * 300], ["a", None, "a" * 300]], 4),
        ("boolean", [[True], [False, True]], 2),
        ("string", [[], [None]], 0),
    ],
)
def test_distinct_values_are_counted_exactly_in_memory_and_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: int, type_: Type, values: list[Any], distinct: int
) -> None:
    monkeypatch.setattr(repeats, "IN_MEMORY", in_memory)
    assert counted(tmp_path, values, type_) == {"x": distinct}


def test_who_is_not_asked_for_is_let_go_at_the_first_repeat(tmp_path: Path) -> None:
    assert counted(tmp_path, [[1, 1], [2]], "integer", ()) == {}
    assert counted(tmp_path, [[1, 2], [3]], "integer", ()) == {"x": 3}
    assert counted(tmp_path, [list(range(9000)), [1]], "integer", ()) == {"x": 9000}


@given(st.lists(st.lists(st.integers(0, 50), max_size=20), max_size=5))
def test_counts_are_those_of_a_set(tmp_path_factory: pytest.TempPathFactory, parts: list[list[int]]) -> None:
    folder = tmp_path_factory.mktemp("hashes")
    assert counted(folder, parts, "integer") == {"x": len({value for part in parts for value in part})}
