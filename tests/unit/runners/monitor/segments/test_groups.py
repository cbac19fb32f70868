"""Segments: every row is in exactly one, whatever its column holds."""

import numpy as np
import pandas as pd
import pytest

from runners.monitor.columns import Column
from runners.monitor.parameters import Segments
from runners.monitor.segments.groups import MOST, groupings
from runners.monitor.tables import Tables, parted

NAMES = ("odd | \n name", "flag", "size", "constant", "empty")
COLUMNS = tuple(Column(name, kind) for name, kind in zip(NAMES, ("category",) * 2 + ("number",) * 3, strict=True))


def rows(count: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    kind = pd.Series(random.choice(["a", "b", "c", "x" * 60 + "1", "x" * 60 + "2", "d"], count), dtype=object)
    kind[random.random(count) < 0.1] = None
    return pd.DataFrame(
        {
            NAMES[0]: pd.Categorical(kind),
            "flag": pd.Categorical(random.choice(["True", "False"], count)),
            "size": np.where(random.random(count) < 0.2, np.nan, random.normal(size=count)),
            "constant": np.ones(count),
            "empty": np.full(count, np.nan),
        }
    )


REFERENCE = rows(1000, 0)
TABLES = Tables(REFERENCE, REFERENCE, *parted(REFERENCE, 0), rows(400, 1), 100)


def of(**asked: object) -> list[tuple[tuple[str, ...], dict[str, int]]]:
    found = groupings(TABLES, COLUMNS, Segments.model_validate(asked))
    return [
        (one.names, dict(zip(*np.unique(np.array(one.names)[one.places(TABLES.now)], return_counts=True), strict=True)))
        for one in found
    ]


def test_categories_are_told_apart_up_to_so_many_and_the_rest_is_one_segment() -> None:
    ((names, counts),) = of(columns=[NAMES[0]], most=2)
    assert names[2:] == (
        f"{NAMES[0]}: rarer values",
        f"{NAMES[0]}: values that the test rows don't hold",
        f"{NAMES[0]} is missing",
    )
    assert sum(counts.values()) == len(TABLES.now)
    assert counts[names[4]] == int(TABLES.now[NAMES[0]].isna().sum())


def test_long_values_that_are_shortened_to_the_same_stay_two_segments() -> None:
    ((names, _),) = of(columns=[NAMES[0]])
    assert len(set(names)) == len(names)
    assert any(name.endswith("… (2)") for name in names)


def test_a_value_that_the_reference_never_held_is_a_segment_of_its_own() -> None:
    (group,) = groupings(TABLES, COLUMNS, Segments(columns=("flag",)))
    fresh = TABLES.now.assign(flag=pd.Categorical(["True"] * 399 + ["maybe"]))
    assert group.names[group.places(fresh)[-1]] == "flag: values that the test rows don't hold"


def test_numbers_are_cut_into_ranges_of_as_many_rows_and_gaps_are_apart() -> None:
    ((names, counts),) = of(columns=["size"], bins=3)
    low, high = (name.removeprefix("size ") for name in (names[0], names[2]))
    edges = low.removeprefix("up to "), high.removeprefix("above ")
    assert names == (
        f"size up to {edges[0]}",
        f"size above {edges[0]} to {edges[1]}",
        f"size above {edges[1]}",
        "size is missing",
    )
    assert counts[names[3]] == int(TABLES.now["size"].isna().sum())
    assert min(counts[name] for name in names[:3]) > 60


@pytest.mark.parametrize("name", ["constant", "empty"])
def test_a_number_that_doesnt_vary_is_one_segment(name: str) -> None:
    ((names, counts),) = of(columns=[name])
    assert names == (name, f"{name} is missing")
    assert counts == {names[name == "empty"]: 400}


def test_combinations_are_segments_only_where_they_are_asked_for() -> None:
    assert len(of(columns=["flag", "size"])) == 2
    ((names, counts),) = of(crossed=[["flag", "size"]], bins=2, most=3)
    assert len(names) == 4
    assert names[3] == "flag and size: other combinations"
    assert all(name.startswith("flag = ") and ", size " in name for name in names[:3])
    assert sum(counts.values()) == len(TABLES.now)


def test_a_column_that_may_make_no_segments_is_passed_over() -> None:
    assert groupings(TABLES, COLUMNS[2:], Segments(columns=("flag",), crossed=(("flag", "size"),))) == []


def test_segments_are_bounded() -> None:
    many = pd.DataFrame({f"c{n}": pd.Categorical([f"v{row % 50}" for row in range(500)]) for n in range(8)})
    tables = Tables(many, many, *parted(many, 0), many, 100)
    columns = [Column(name, "category") for name in many]
    found = groupings(tables, columns, Segments(columns=tuple(many), most=50))
    assert 0 < sum(len(one.names) for one in found) <= MOST
