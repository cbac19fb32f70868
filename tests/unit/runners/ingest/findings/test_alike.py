"""What rows that are alike mean."""

from typing import Any

import numpy as np

from tests.unit.runners.ingest.findings.looked import found_in

CHANCE = np.random.default_rng(8)
N = 500


def table(columns: dict[str, Any], **roles: Any) -> dict[str, str]:
    types: Any = {name: "number" if values.dtype == float else "integer" for name, values in columns.items()}
    types |= {"id": "string"} if "id" in columns else {}
    return {one.kind: one.severity for one in found_in(columns, types, **roles)}


def rows(repeats: int, **more: Any) -> dict[str, Any]:
    places = np.append(np.arange(N), np.arange(repeats))
    made = {"id": np.array([f"r{place}" for place in range(N + repeats)])}
    made |= {"a": CHANCE.normal(size=N)[places], "b": CHANCE.integers(0, 5, N)[places]}
    return made | {name: values[places] for name, values in more.items()}


def test_repeats_under_other_identifiers_are_told_with_what_they_do_to_the_test() -> None:
    assert table(rows(20), identifier="id") == {"duplicate_rows": "warning", "split_overlap": "warning"}
    assert table(rows(1), identifier="id") == {"duplicate_rows": "warning", "split_overlap": "info"}
    assert table(rows(0), identifier="id") == {}


def test_without_an_identifier_twins_fall_on_the_same_side_of_the_split() -> None:
    made = rows(20)
    del made["id"]
    assert table(made) == {"duplicate_rows": "warning"}


def test_the_same_features_with_another_target_contradict_each_other() -> None:
    made = rows(20, y=CHANCE.integers(0, 2, N))
    made["y"][N:] = 1 - made["y"][N:]
    assert table(made, identifier="id", target="y")["conflicting_targets"] == "warning"
    assert "duplicate_rows" not in table(made, identifier="id", target="y")


def test_rows_of_few_values_repeat_by_chance() -> None:
    few = {f"c{place}": CHANCE.integers(0, 3, N) for place in range(4)}
    few["id"] = np.array([f"r{place}" for place in range(N)])
    told = table(few, identifier="id")
    assert told == {"duplicate_rows": "info", "split_overlap": "info"}
    kinds = CHANCE.integers(0, 20, N)
    hanging = {f"c{place}": kinds * place for place in range(1, 9)}
    assert set(table(hanging | {"id": few["id"]}, identifier="id").values()) == {"info"}


def test_a_table_that_is_there_twice_is_told() -> None:
    assert table(rows(N), identifier="id")["duplicate_rows"] == "warning"
