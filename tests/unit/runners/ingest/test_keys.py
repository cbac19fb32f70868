"""Keys: columns that together are there once, and those that are there in another dataset."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.contract import InputError, Violation
from runners.ingest import keys
from runners.ingest.ingestion import ingest
from runners.ingest.keys import Keys
from tests.unit.runners.ingest.tables_at_random import VALUES, params, written


def of_group(rows: dict[str, list[Any]], cuts: list[int] | None = None) -> tuple[Violation, ...]:
    return written(False, rows, cuts or (), unique=[list(rows)]).violations


def test_columns_that_together_repeat_are_told_with_how_many_rows() -> None:
    (violation,) = of_group({"shop": ["a", "a", "b", "a"], "day": [1, 2, 1, 2]})
    assert violation.where == "shop, day"
    assert violation.what == "1 of 4 rows repeats an earlier one in these columns together"
    assert of_group({"shop": ["a", "a"], "day": [1, None]}) == of_group({"shop": [None, None], "day": [1, 1]}) == ()


@settings(max_examples=40, deadline=None)
@given(st.data(), st.lists(st.integers(1, 8)))
def test_a_group_is_judged_as_its_rows_are_counted(data: st.DataObject, cuts: list[int]) -> None:
    kinds = data.draw(st.lists(st.sampled_from(list(VALUES)), min_size=2, max_size=3))
    pools = [[value for value in VALUES[kind] if str(value) != "nan"][-3:] for kind in kinds]
    count = data.draw(st.integers(1, 9))
    rows = {f"c{n}": [data.draw(st.sampled_from(pool)) for _ in range(count)] for n, pool in enumerate(pools)}
    whole = [row for row in zip(*rows.values(), strict=True) if None not in row]
    more = len(whole) - len(set(whole))
    found = of_group(rows, cuts)
    assert [v.what.split(" ")[0] for v in found if v.where != "table"] == ([str(more)] if more else [])


def made(folder: Path, rows: dict[str, list[Any]]) -> str:
    """Ingest a dataset that keys lead to; return its URL."""
    folder.mkdir(parents=True)
    lines = [
        ",".join(rows),
        *(",".join("" if v is None else str(v) for v in row) for row in zip(*rows.values(), strict=True)),
    ]
    file = folder / "rows.csv"
    file.write_text("\n".join(lines) + "\n")
    source = {"files": {"url": str(file), "format": "csv"}}
    ingest("datasets/there", params(source=source), folder)
    return folder.as_uri()


def led(url: str, rows: dict[str, list[Any]], key: list[str], cuts: Any = (), **spec: Any) -> tuple[Violation, ...]:
    asked = {"columns": list(rows), "dataset": "datasets/there", "key": key}
    return written(False, rows, cuts, foreign_keys=[asked], inputs={"key-there": url}, **spec).violations


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> str:
    rows = {"id": [1, 2, 3, None], "name": ["a", "b", "c", "d"], "x": [0.5, 1.0, 2.0, 2.5], "day": ["2024-01-01"] * 4}
    return made(tmp_path_factory.mktemp("keys") / "there", rows)


@pytest.mark.parametrize(
    ("rows", "key", "strangers"),
    [
        ({"who": [1, 2, None, 3, 3]}, ["id"], ""),
        ({"who": [1, 7, None, 8]}, ["id"], "2 of 4 rows name what isn't in datasets/there (id): row 2, row 4"),
        ({"who": ["1", "2", "x"]}, ["id"], "1 of 3 rows names what isn't in datasets/there (id): row 3"),
        ({"who": [1.0, 2.5]}, ["id"], "1 of 2 rows names what isn't in datasets/there (id): row 2"),
        ({"who": ["a", "z"]}, ["name"], "1 of 2 rows names what isn't in datasets/there (name): row 2"),
        ({"x": [0.5, 0.25]}, ["x"], "1 of 2 rows names what isn't in datasets/there (x): row 2"),
        ({"d": ["2024-01-01", "2024-01-02"]}, ["day"], "1 of 2 rows names what isn't in datasets/there (day): row 2"),
        (
            {"who": [1, 1, 2], "as": ["a", "b", None]},
            ["id", "name"],
            "1 of 3 rows names what isn't in datasets/there (id, name): row 2",
        ),
    ],
)
def test_a_key_is_looked_for_as_the_other_dataset_reads_its_own(
    there: str, rows: dict[str, list[Any]], key: list[str], strangers: str
) -> None:
    found = led(there, rows, key)
    assert [v.what for v in found] == ([strangers] if strangers else [])


@settings(max_examples=12, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(0, 5)), min_size=1, max_size=12), st.lists(st.integers(1, 11)))
def test_the_same_is_found_when_memory_holds_nothing(there: str, values: list[int | None], cuts: list[int]) -> None:
    whole = led(there, {"who": values}, ["id"], columns={"who": {"type": "integer", "missing": 1.0}})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "IN_MEMORY", 0)
        spilt = led(there, {"who": values}, ["id"], cuts, columns={"who": {"type": "integer", "missing": 1.0}})
    assert spilt == whole
    strangers = sum(value not in (None, 1, 2, 3) for value in values)
    assert bool([v for v in whole if v.where == "who"]) == bool(strangers)


def test_a_key_of_a_column_that_is_not_there_is_told_beside_all_else() -> None:
    (violation,) = written(False, {"a": [1, 1]}, unique=[["a", "b"]]).violations
    assert (violation.where, violation.fix) == ("b", "bring it back, or change unique in the spec")


def test_another_dataset_without_the_column_or_that_is_no_input_refuses(there: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no column nope"):
        led(there, {"who": [1]}, ["nope"])
    asked = params(foreign_keys=[{"columns": ["who"], "dataset": "datasets/there", "key": ["id"]}])
    with pytest.raises(InputError, match="the request has no key-there"):
        Keys(asked, ["who"], {}, tmp_path)
