"""Findings of pydantic, each at its path, unions told by the branch that was meant."""

from time import process_time
from typing import Any

import pytest

from reconciler.compose.flaws import Flaw, Flawed
from reconciler.compose.validate import validate
from reconciler.model.kinds import KINDS
from reconciler.model.kinds.experiments import Experiment
from runners.contract.text import dotted

GOOD: dict[str, Any] = {"dataset": "datasets/a", "target": "y", "runner": "tabular", "metric": {"name": "roc_auc"}}


def flaws(kind: str = "experiments", **changes: Any) -> list[Flaw]:
    spec = {**(GOOD if kind == "experiments" else {}), **changes}
    with pytest.raises(Flawed) as caught:
        validate(KINDS[kind], {key: value for key, value in spec.items() if value is not ...})
    return list(caught.value.flaws)


def told(kind: str = "experiments", **changes: Any) -> list[str]:
    return [f"{dotted(flaw.path)}: {flaw.message}" for flaw in flaws(kind, **changes)]


def test_a_good_spec_is_a_model() -> None:
    spec = validate(Experiment, GOOD)
    assert spec.dataset == "datasets/a"


def test_every_flaw_is_found() -> None:
    assert told(seed="x", target=..., modle=1, metric={"nam": "a"}) == [
        "target: `target` is missing",
        "metric.name: `name` is missing",
        "metric.nam: unknown field `nam`",
        "seed: expected a whole number, not `x`",
        "modle: unknown field `modle`",
    ]


@pytest.mark.parametrize(
    ("runner", "expected"),
    [
        (3, ["runner: expected a text or a mapping, not the number 3"]),
        ([], ["runner: expected a text or a mapping, not a list"]),
        ({"command": ["a"], "imag": "b"}, ["runner.imag: unknown field `imag`"]),
        ({"modul": "a"}, ["runner.module: `module` is missing", "runner.modul: unknown field `modul`"]),
        ({"command": "a"}, ["runner.command: expected a list, not `a`"]),
        ({"module": "1a"}, ["runner.module: expected a module such as `churn.train`, not `1a`"]),
    ],
)
def test_a_union_is_told_by_the_nearest_branch(runner: Any, expected: list[str]) -> None:
    assert told(runner=runner) == expected


def test_a_list_of_one_wrong_entry_is_not_told_to_be_empty() -> None:
    public = {"visibility": "public", "access": {"open": True, "cors": {"origins": ["shop.example/x"]}}}
    (wrong,) = told("deployments", **public)
    assert wrong.startswith("access.cors.origins[0]: `shop.example/x` is no origin")
    public["access"]["cors"]["origins"] = []  # type: ignore[index]
    assert told("deployments", **public) == ["access.cors.origins: it may not be empty"]


def test_mappings_and_lists_have_paths() -> None:
    columns = {"age": {"type": "int"}, "sex": {"type": "string", "enum": [{}]}}
    assert told("datasets", source={"sql": {"url": "x", "query": ""}}, columns=columns) == [
        "source.sql.query: it may not be empty",
        "columns.age.type: expected integer, number, string, boolean or datetime, not `int`",
        "columns.sex.enum[0]: expected a text, a number or true or false, not a mapping",
    ]
    gates = [{"metric": "a"}, {"metric": "b", "minimum": "x"}]
    assert told("promotions", experiment="experiments/a", deployment="deployments/b", gates=gates) == [
        "gates[0]: give at least one of minimum, maximum and worse_than_live",
        "gates[1].minimum: expected a number, not `x`",
    ]
    assert told("pools", teams={"Risk": {"weight": 0}}) == [
        "teams.Risk: expected a name such as `risk-2`, not `Risk`",
        "teams.Risk.weight: must be above 0, and is 0",
    ]


def test_a_field_is_marked_by_its_name_and_a_value_by_itself() -> None:
    assert [flaw.on_key for flaw in flaws(modle=1, seed="x")] == [False, True]


def test_very_many_findings_are_cut() -> None:
    start = process_time()
    found = flaws(**{f"field{i}": i for i in range(20_000)})
    assert process_time() - start < 20
    assert len(found) == 61
    assert found[-1].message == "there are 19,940 more findings"


@pytest.mark.parametrize("value", [None, [], "x", 1, {"source": None}, {"source": []}, {"source": {"sql": 3}}])
def test_any_shape_is_told(value: Any) -> None:
    with pytest.raises(Flawed):
        validate(KINDS["datasets"], value)
