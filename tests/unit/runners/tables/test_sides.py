"""Sides: laws of which rows train, validate and test, whatever the data does."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.contract import InputError
from runners.contract.split import SIDES, DatasetSplit
from runners.tables.sides import LEFT_OUT, TEST, TRAIN, VALIDATION, sides

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
KINDS: Mapping[str, DatasetSplit] = {
    "identifier": DatasetSplit(),
    "shares": DatasetSplit(test=0.4, validation=0.3, seed=5),
    "group": DatasetSplit(group=("town", "kind")),
    "content": DatasetSplit(content=True),
    "time": DatasetSplit(time="when", validation_from="2026-02-01", test_from="2026-03-01T12:00:00+02:00", gap=3.5),
    "number": DatasetSplit(time="age", validation_from=40, test_from=60, gap=2),
    "column": DatasetSplit(column="fold"),
}
TEXTS = st.sampled_from(["", "Zürich", "a", "a,b", "NA", "日本", "\x00"]) | st.none()
ROWS = st.fixed_dictionaries(
    {
        "id": st.integers(-(2**63), 2**63 - 1),
        "town": TEXTS,
        "kind": st.integers(0, 3) | st.none(),
        "age": st.floats(0, 100),
        "when": st.integers(0, 100 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes)),
        "fold": st.sampled_from(SIDES),
        "ill": st.booleans(),
    }
)
TYPES = {
    "id": pa.int64(), "town": pa.string(), "kind": pa.int64(), "age": pa.float64(),
    "when": pa.timestamp("us", "UTC"), "fold": pa.string(), "ill": pa.bool_(),
}  # fmt: skip


def columns(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: pa.array([row[name] for row in rows], type_) for name, type_ in TYPES.items()}


def told(rows: list[dict[str, Any]], split: DatasetSplit) -> list[int]:
    return list(sides(columns(rows), split, "id", "ill").tolist())


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(rows=st.lists(ROWS, max_size=12), more=st.lists(ROWS, max_size=12), order=st.randoms())
def test_a_row_is_where_it_is_whatever_rows_come_with_it(
    kind: str, rows: list[dict[str, Any]], more: list[dict[str, Any]], order: Any
) -> None:
    split, grown = KINDS[kind], [*rows, *more]
    alone = told(rows, split)
    assert set(alone) <= {TRAIN, VALIDATION, TEST, *([LEFT_OUT] if split.gap else [])}, "sides are all there are"
    assert told(grown, split)[: len(rows)] == alone, "growth moves no row"
    places = list(range(len(grown)))
    order.shuffle(places)
    shuffled = told([grown[place] for place in places], split)
    assert [shuffled[places.index(place)] for place in range(len(rows))] == alone, "nor does another order"
    assert [side for row in rows for side in told([row], split)] == alone, "nor being cut into parts"


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(ROWS, min_size=2, max_size=30))
def test_a_group_is_on_one_side(rows: list[dict[str, Any]]) -> None:
    of_group: dict[Any, set[int]] = {}
    for row, side in zip(rows, told(rows, KINDS["group"]), strict=True):
        of_group.setdefault((row["town"], row["kind"]), set()).add(side)
    assert all(len(found) == 1 for found in of_group.values())


@settings(max_examples=60, deadline=None)
@given(row=ROWS, other=st.integers(), is_ill=st.booleans())
def test_rows_that_are_equal_but_for_their_name_and_outcome_are_on_one_side(
    row: dict[str, Any], other: int, is_ill: bool
) -> None:
    twin = {**row, "id": other % 2**63, "ill": is_ill}
    assert len(set(told([row, twin], KINDS["content"]))) == 1


@pytest.mark.parametrize(("kind", "column"), [("time", "when"), ("number", "age")])
@settings(max_examples=60, deadline=None)
@given(rows=st.lists(ROWS, min_size=2, max_size=30))
def test_time_never_looks_ahead(kind: str, column: str, rows: list[dict[str, Any]]) -> None:
    split = KINDS[kind]
    by_side = {side: [row[column] for row, found in zip(rows, told(rows, split), strict=True) if found == side]
               for side in (TRAIN, VALIDATION, TEST)}  # fmt: skip
    gap: Any = timedelta(days=split.gap or 0) if kind == "time" else split.gap
    for earlier, later in ((TRAIN, VALIDATION), (VALIDATION, TEST), (TRAIN, TEST)):
        if by_side[earlier] and by_side[later]:
            assert max(by_side[earlier]) < min(by_side[later])
            cut: Any = split.validation_from if later == VALIDATION else split.test_from
            cut = (
                datetime.fromisoformat(cut).replace(tzinfo=datetime.fromisoformat(cut).tzinfo or UTC)
                if kind == "time"
                else cut
            )
            assert max(by_side[earlier]) < cut - gap


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pa.array([17, 18, None]), pa.array([17.0, 18.0, None])),
        (pa.array([17, 18, None]), pa.array(["17", "18", None])),
        (pa.array(["a", "b", "a"]), pa.array(["a", "b", "a"]).dictionary_encode()),
        (pa.array([2**60, 1, 2]), pa.array([str(2**60), "1", "2"])),
        (pa.array([True, False, None]), pa.array(["true", "false", None])),
    ],
)
def test_equal_values_are_on_one_side_whatever_the_type_of_their_column(one: Any, other: Any) -> None:
    split = DatasetSplit(group=("g",), test=0.4, validation=0.3)
    for seed in range(20):
        dealt = split.model_copy(update={"seed": seed})
        assert sides({"g": one}, dealt).tolist() == sides({"g": other}, dealt).tolist()


def test_shares_hold_as_chance_has_it_in_every_class() -> None:
    rows, rare = np.arange(60_000), np.arange(60_000) % 20 == 0
    found = sides({"id": pa.array(rows)}, DatasetSplit(), "id")
    for of_class in (rare, ~rare):
        count = int(of_class.sum())
        for side, share in ((TEST, 0.25), (VALIDATION, 0.15)):
            bound = 3.29 * (share * (1 - share) / count) ** 0.5
            assert abs((found[of_class] == side).mean() - share) <= bound


def test_another_seed_deals_anew_and_a_side_is_what_it_was() -> None:
    rows = {"id": pa.array(range(20))}
    assert sides(rows, DatasetSplit(), "id").tolist() == PINNED, "a promise to all versions that were split so"
    assert sides(rows, DatasetSplit(seed=1), "id").tolist() != PINNED


PINNED = [0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0]


@pytest.mark.parametrize(
    ("split", "data", "what"),
    [
        (DatasetSplit(), {"a": [1]}, "the dataset has none"),
        (DatasetSplit(group=("b",)), {"a": [1]}, "no column b"),
        (DatasetSplit(column="a"), {"a": ["train", "dev", None]}, "2 rows have something else than train"),
        (KINDS["time"], {"when": ["no time"]}, "when holds texts, and validation_from"),
        (KINDS["number"], {"age": [1.0, None]}, "1 rows have no age"),
        (KINDS["number"], {"age": pa.array([FIRST])}, "age holds moments, and validation_from and test_from are num"),
    ],
)
def test_what_cannot_be_split_is_told(split: DatasetSplit, data: dict[str, Any], what: str) -> None:
    with pytest.raises(InputError, match=what) as failure:
        sides(data, split)
    assert failure.value.fix
