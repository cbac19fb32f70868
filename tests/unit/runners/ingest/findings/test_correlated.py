"""Columns that say nearly the same: what is found, and how often nothing is."""

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from runners.ingest.findings.finding import Finding
from runners.tables.types import Type
from tests.unit.runners.ingest.findings.looked import found_in

CHANCE = np.random.default_rng(3)
N = 900
HEIGHT = CHANCE.normal(170, 10, N)
CITY = CHANCE.integers(0, 20, N)


def same(values: dict[str, Any], types: dict[str, Type] | None = None, **roles: Any) -> list[Finding]:
    known = types or dict.fromkeys(values, "number")
    return [one for one in found_in(values, known, **roles) if one.kind == "nearly_same"]


def test_a_number_in_another_unit_is_found_with_its_evidence() -> None:
    other = HEIGHT / 2.54 + CHANCE.normal(0, 0.1, N)
    (found,) = same({"cm": HEIGHT, "inches": other, "else": CHANCE.normal(size=N)})
    assert (found.severity, found.columns) == ("info", ("cm", "inches"))
    assert found.what == "cm, inches say nearly the same: Spearman's rho 1.000 (0.999 to 1.000)"
    assert "exclude of the experiment" in found.fix
    (pair,) = found.evidence["pairs"]
    assert pair["interval"][0] < pair["value"] < pair["interval"][1]
    assert (pair["rows"], found.evidence["sampled_rows"], found.evidence["compared"]) == (N, N, 3)


@pytest.mark.parametrize("other", [np.exp(HEIGHT / 10), -(HEIGHT**3), np.round(HEIGHT)])
def test_any_monotone_map_of_a_number_is_found(other: Any) -> None:
    assert [one.columns for one in same({"x": HEIGHT, "y": other})] == [("x", "y")]


def test_classes_under_other_names_are_found_and_numbers_for_them() -> None:
    names = np.array([f"city {place}" for place in range(20)])[CITY]
    codes = CHANCE.permutation(20)[CITY]
    types: dict[str, Type] = {"name": "string", "code": "integer", "flag": "boolean", "truth": "boolean"}
    columns = {"name": names, "code": codes, "flag": HEIGHT > 170, "truth": HEIGHT <= 170}
    columns["else"], types["else"] = CHANCE.normal(size=N), "number"
    assert [one.columns for one in same(columns, types)] == [("flag", "truth"), ("name", "code")]


def test_rows_that_are_alike_count_once() -> None:
    assert same({"flag": HEIGHT > 170, "truth": HEIGHT <= 170}, {"flag": "boolean", "truth": "boolean"}) == []


def test_what_is_told_by_another_and_doesn_t_tell_it_isn_t_the_same() -> None:
    names, lands = (np.array([f"{word} {place}" for place in range(20)]) for word in ("city", "land"))
    types: dict[str, Type] = {"city": "string", "land": "string", "people": "number", "tax": "integer"}
    columns = {"city": names[CITY], "land": lands[CITY // 5], "people": CITY + HEIGHT / 1e4, "tax": CITY // 4}
    assert same(columns, types) == []


def test_of_classes_a_few_may_be_other_ones() -> None:
    names = np.array([f"city {place}" for place in range(20)])
    types: dict[str, Type] = {"city": "string", "town": "string", "else": "number"}
    for share, count in ((0.02, 1), (0.2, 0)):
        town = np.where(CHANCE.random(N) < share, CHANCE.integers(0, 20, N), CITY)
        assert len(same({"city": names[CITY], "town": names[town], "else": HEIGHT}, types)) == count


def test_columns_that_hang_together_are_one_finding() -> None:
    noisy = {f"x{place}": HEIGHT + CHANCE.normal(0, 0.5, N) for place in range(12)}
    (found,) = same(noisy)
    assert found.columns == tuple(noisy)
    assert "at least Spearman's rho of" in found.what
    assert len(found.brief()["columns"]) == 10
    assert len(found.evidence["pairs"]) == 20


def test_what_only_goes_together_isn_t_the_same() -> None:
    assert same({"x": HEIGHT, "y": HEIGHT + CHANCE.normal(0, 3, N)}) == []
    few = {"x": HEIGHT[:29], "y": HEIGHT[:29]}
    assert same(few) == []
    gaps = np.arange(N) >= 20
    assert same({"x": HEIGHT, "y": pa.array(HEIGHT, mask=gaps)}) == []


def test_roles_are_no_columns_that_say_the_same() -> None:
    days = pa.array(np.datetime64("2024-01-01") + np.argsort(np.argsort(HEIGHT)).astype("timedelta64[D]"))
    types: dict[str, Type] = {"id": "number", "x": "number", "y": "number", "at": "datetime"}
    columns = {"id": HEIGHT, "x": HEIGHT, "y": HEIGHT * 2, "at": days}
    assert same(columns, types, identifier="id", target="y", timestamp="at") == []
    assert len(same(columns, types)) == 1


def test_a_hundred_columns_that_know_nothing_of_each_other_raise_nothing() -> None:
    for seed in range(10):
        chance = np.random.default_rng(seed)
        rows = int(chance.integers(30, 200))
        columns: dict[str, Any] = {f"n{at}": chance.normal(size=rows) for at in range(40)}
        columns |= {f"b{at}": chance.random(rows) < chance.uniform(0.02, 0.98) for at in range(30)}
        columns |= {f"s{at}": chance.choice(list("abcdef"), rows) for at in range(30)}
        kinds: dict[str, Type] = {"n": "number", "b": "boolean", "s": "string"}
        assert same(columns, {name: kinds[name[0]] for name in columns}) == []


def test_a_sensitive_column_is_named_and_its_values_aren_t() -> None:
    names = np.array([f"Secretville {place}" for place in range(20)])[CITY]
    types: dict[str, Type] = {"home": "string", "code": "integer", "else": "number"}
    hidden = {name: {"type": type_, "sensitive": True, "missing": 1.0} for name, type_ in types.items()}
    (found,) = same({"home": names, "code": CITY + 424242, "else": HEIGHT}, types, columns=hidden)
    text = json.dumps(found.as_json())
    assert "home" in text
    assert "Secretville" not in text
    assert "4242" not in text
