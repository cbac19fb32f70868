"""The proposed schema."""

from typing import Any

import pytest

from runners.ingest.parameters import Parameters
from runners.ingest.profile.proposal import propose_columns


def column(type_: str, **more: Any) -> dict[str, Any]:
    return {"type": type_, "count": 1000, "missing": 0, "missing_share": 0.0, "distinct": 100} | more


def proposed(**one: Any) -> dict[str, Any]:
    (made,) = propose_columns({"x": column(**one)}).values()
    return made


@pytest.mark.parametrize(
    ("low", "high", "type_", "minimum", "maximum"),
    [
        (0.0, 94.0, "number", 0, 104),
        (18, 90, "integer", 10, 98),
        (-5.0, 5.0, "number", -6, 6),
        (-100.0, 0.0, "number", -110, 0),
        (0.001, 0.013, "number", 0, 0.015),
        (1_000, 1_003, "integer", 999, 1_004),
        (0, 2, "integer", 0, 3),
    ],
)
def test_ranges_have_room_to_a_round_number(
    low: float, high: float, type_: str, minimum: float, maximum: float
) -> None:
    made = proposed(type_=type_, minimum=low, maximum=high, distinct=50)
    assert made == {"type": type_, "minimum": minimum, "maximum": maximum}


def test_two_neighbouring_whole_numbers_are_exact() -> None:
    assert proposed(type_="integer", minimum=0, maximum=1, distinct=2) == {
        "type": "integer",
        "minimum": 0,
        "maximum": 1,
    }


def test_a_constant_and_an_infinite_column_have_no_range() -> None:
    assert proposed(type_="integer", minimum=2015, maximum=2015, distinct=1) == {"type": "integer"}
    assert proposed(type_="number", minimum=1.0, maximum=2.0, infinite=1) == {"type": "number"}
    assert proposed(type_="number", minimum=0.0, maximum=5e-324) == {"type": "number"}


def test_few_frequent_texts_are_an_enumeration_in_natural_order() -> None:
    top = [{"value": value, "count": 300} for value in ("10", "2", "1", "na")]
    assert proposed(type_="string", distinct=4, top=top)["enum"] == ["na", "1", "2", "10"]
    assert "enum" not in proposed(type_="string", distinct=4, top=top, count=10)


@pytest.mark.parametrize("text", ["x" * 201, "a\nb", "${env.x}"])
def test_a_text_that_has_no_place_in_a_spec_is_no_part_of_an_enumeration(text: str) -> None:
    top = [{"value": value, "count": 300} for value in ("a", text)]
    assert proposed(type_="string", distinct=2, top=top) == {"type": "string"}


def test_a_range_holds_the_numbers_it_was_made_from() -> None:
    low, high = 1_700_000_000_121, 1_700_000_000_151
    told = proposed(type_="integer", minimum=low, maximum=high, distinct=30)
    assert told["minimum"] <= low
    assert told["maximum"] >= high


def test_sensitive_columns_stay_so() -> None:
    assert proposed(type_="string", distinct=2, top=[], sensitive=True) == {"type": "string", "sensitive": True}


def test_many_texts_are_no_enumeration() -> None:
    top = [{"value": value, "count": 300} for value in ("10", "2", "1", "na")]
    assert "enum" not in proposed(type_="string", distinct=40, top=top)


@pytest.mark.parametrize(("share", "allowed"), [(0.001, 0.05), (0.05, 0.1), (0.5, 0.55), (0.97, 1.0), (1.0, 1.0)])
def test_missing_values_are_allowed_with_room(share: float, allowed: float) -> None:
    assert proposed(type_="boolean", missing=1, missing_share=share)["missing"] == allowed


def test_names_of_rows_are_unique_and_have_no_range() -> None:
    columns = {
        "serial": column("integer", minimum=0, maximum=999, distinct=1000),
        "user_id": column("integer", minimum=0, maximum=999, distinct=1000),
        "shop_id": column("integer", minimum=0, maximum=9, distinct=10),
    }
    made = propose_columns(columns, identifier="serial")
    assert made["serial"] == {"type": "integer", "unique": True}
    assert made["user_id"] == {"type": "integer", "unique": True}
    assert "unique" not in made["shop_id"]


def test_what_is_proposed_is_a_schema() -> None:
    top = [{"value": "a", "count": 900}, {"value": "b", "count": 100}]
    columns = {"a": column("number", minimum=0.1, maximum=0.9), "b": column("string", distinct=2, top=top)}
    source = {"sql": {"url": "x", "query": "y"}}
    read = Parameters.model_validate({"source": source, "columns": propose_columns(columns)})
    assert read.columns is not None
    assert read.columns["b"].enum == ("a", "b")


def test_what_newer_rows_bring_by_nature_is_held_to_its_type_alone() -> None:
    top = [{"value": "a", "count": 300}]
    columns = {
        "_offset": column("integer", minimum=0, maximum=299),
        "_topic": column("string", distinct=1, top=top, missing=1, missing_share=0.001),
        "id": column("integer", minimum=0, maximum=99, count=100),
    }
    assert propose_columns(columns, moving=columns) == {
        "_offset": {"type": "integer"},
        "_topic": {"type": "string", "missing": 0.05},
        "id": {"type": "integer", "unique": True},
    }
