"""Needed preparations."""

from typing import Any

import pytest

from runners.ingest.profile.preparations import Roles, find_preparations, is_free_text


def text(distinct: int = 3, count: int = 100, missing: int = 0, top: list[int] | None = None) -> dict[str, Any]:
    counts = top or [count // distinct] * min(distinct, 30)
    return {
        "type": "string",
        "count": count,
        "missing": missing,
        "missing_share": missing / (count + missing),
        "distinct": distinct,
        "top": [{"value": f"v{n}", "count": c} for n, c in enumerate(counts)],
    }


def number(mean: float = 0.0, std: float = 1.0, distinct: int = 90, **more: Any) -> dict[str, Any]:
    told = {"type": "number", "count": 100, "missing": 0, "missing_share": 0.0, "distinct": distinct}
    return told | {"mean": mean, "std": std} | more


def names(columns: dict[str, Any], **roles: str) -> dict[str, list[str]]:
    return {found["name"]: found["columns"] for found in find_preparations(columns, Roles(**roles))}


def test_clean_numbers_need_nothing() -> None:
    assert names({"a": number(), "id": text(100)}, identifier="id") == {}


def test_each_need_is_named_with_its_columns() -> None:
    columns = {
        "empty": text(1) | {"count": 0, "distinct": 0, "missing": 100, "missing_share": 1.0, "top": []},
        "constant": number(5.0, 0.0, 1),
        "uuid": text(99),
        "gaps": number(missing=20, missing_share=0.2),
        "kind": text(3, top=[99, 1]),
        "city": text(60, count=1000),
        "rare": text(3, count=1000, top=[900, 99, 1]),
        "income": number(50_000, 20_000),
        "leak": number(target_association={"measure": "pearson", "value": -0.995}),
        "wild": number(infinite=3),
    }
    assert names(columns) == {
        "drop_empty": ["empty"],
        "drop_constant": ["constant"],
        "drop_identifiers": ["uuid"],
        "impute": ["gaps"],
        "clip_infinite": ["wild"],
        "encode": ["kind", "city", "rare"],
        "encode_by_target_or_hash": ["city"],
        "group_rare": ["rare"],
        "scale": ["income"],
        "check_leakage": ["leak"],
    }


def test_reasons_hold_figures() -> None:
    found = find_preparations({"a": number(missing=25, missing_share=0.2)}, Roles())
    assert found == [{"name": "impute", "columns": ["a"], "reason": "values are missing: a 20.00%"}]


def test_long_lists_are_shortened_in_the_reason_only() -> None:
    columns = {f"c{n}": number(missing=1, missing_share=0.01) for n in range(9)}
    (found,) = find_preparations(columns, Roles())
    assert len(found["columns"]) == 9
    assert found["reason"].endswith("and 3 more")


def test_the_target_is_no_feature_but_has_needs_of_its_own() -> None:
    target = text(2, count=1000, missing=10, top=[980, 20])
    assert names({"y": target}, target="y") == {"drop_rows_without_target": ["y"], "balance_classes": ["y"]}
    assert names({"y": text(2, top=[60, 40])}, target="y") == {}
    assert names({"y": text(10, count=1000, top=[100] * 10)}, target="y") == {}


def test_whole_numbers_that_count_rows_are_names() -> None:
    serial = number(50_000, 29_000, distinct=100) | {"type": "integer"}
    assert names({"serial": serial}) == {"drop_identifiers": ["serial"]}


@pytest.mark.parametrize(
    ("mean", "shortest", "longest", "is_free"),
    [(36, 36, 36, False), (60, 12, 400, True), (12, 2, 30, False), (21, 20, 22, True)],
)
def test_free_texts_are_long_and_not_of_one_length(mean: float, shortest: int, longest: int, is_free: bool) -> None:
    told = {"type": "string", "length": {"mean": mean, "minimum": shortest, "maximum": longest}}
    assert is_free_text(told) == is_free
    assert not is_free_text({"type": "string"})
