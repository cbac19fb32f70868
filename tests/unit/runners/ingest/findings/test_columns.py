"""Columns that say little, and the target's own values."""

from typing import Any

import numpy as np
import pytest

from tests.unit.runners.ingest.findings.looked import found_in, kinds

N = 1000
CHANCE = np.random.default_rng(3)


def column(values: Any, type_: Any) -> set[str]:
    return kinds(found_in({"x": values, "z": CHANCE.normal(size=len(values))}, {"x": type_, "z": "number"}))


@pytest.mark.parametrize(
    ("kind", "type_", "has", "has_not"),
    [
        ("constant", "integer", [1] * N, [1] * (N - 1) + [2]),
        ("nearly_constant", "integer", [0] * (N - 4) + [1] * 4, [0] * (N - 6) + [1] * 6),
        ("mostly_missing", "integer", [None] * 801 + list(range(199)), [None] * 800 + list(range(200))),
        ("mixed_types", "string", ["12", "-3.5", "1e9", "1,5"] * 201 + ["n/k"] * 196, ["12"] * 800 + ["n/k"] * 200),
        ("mixed_types", "string", ["12"] * 999 + ["twelve"], ["12"] * 1000),
        ("mixed_types", "string", ["0.5"] * 900 + ["0,5", "2"] * 50, ["0.5", "2"] * 500),
        ("mixed_types", "string", ["0,5", "-12,25", "3"] * 300, ["1,2,3", "1,2"] * 300),
    ],
)
def test_each_is_found_where_it_is_and_not_where_it_just_is_not(kind: str, type_: Any, has: Any, has_not: Any) -> None:
    assert kind in column(has, type_)
    assert kind not in column(has_not, type_)


def test_what_is_declared_to_be_texts_may_look_like_numbers() -> None:
    values = {"x": ["0.5", "0,5"] * 50, "y": ["1"] * 99 + ["n/k"]}
    declared = {"x": {"type": "string"}}
    found = found_in(values, {"x": "string", "y": "string"}, columns=declared)
    assert [one.columns for one in found if one.kind == "mixed_types"] == [("y",)]


def goal(values: Any, type_: Any = "string") -> set[str]:
    columns = {"y": values, "z": np.arange(len(values)) % 97 / 7}
    return kinds(found_in(columns, {"y": type_, "z": "number"}, target="y"))


def test_a_rare_class_and_rows_without_a_target_are_told() -> None:
    assert "class_imbalance" in goal(["a"] * 801 + ["b"] * 159)
    assert "class_imbalance" not in goal(["a"] * 800 + ["b"] * 200)
    assert "class_imbalance" in goal([0] * 850 + [1] * 140, "integer")
    assert "class_imbalance" not in goal(list(range(500)) * 2, "integer")
    assert "target_missing" in goal(["a", "b"] * 100 + [None])
    assert "target_missing" not in goal(["a", "b"] * 100)


def test_the_classes_of_a_sensitive_target_have_no_names() -> None:
    columns = {"y": ["yes"] * 900 + ["no"] * 90, "z": np.arange(990) % 97 / 7}
    hidden = {"y": {"type": "string", "sensitive": True}}
    shown, kept = (found_in(columns, {"y": "string", "z": "number"}, target="y", columns=c) for c in (None, hidden))
    assert "class no of y has 9.09% of the rows (90), class yes" in next(
        f.what for f in shown if f.kind == "class_imbalance"
    )
    assert "one class of y" in next(f.what for f in kept if f.kind == "class_imbalance")
