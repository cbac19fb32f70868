"""The Open Data Contract Standard, as contracts of others have it."""

from typing import Any

import pytest

from reconciler.exchange.odcs import read, write
from reconciler.exchange.table import Table
from reconciler.model.errors import Refused
from reconciler.model.kinds.datasets import Column


def contract(*properties: Any, version: str = "v3.1.0", **more: Any) -> dict[str, Any]:
    return {
        "apiVersion": version,
        "kind": "DataContract",
        "schema": [{"name": "t", "properties": list(properties), **more}],
    }


def one(**told: Any) -> tuple[dict[str, Any], list[str]]:
    back = read(contract({"name": "a", "logicalType": "string", "required": True} | told), "")
    return back.columns["a"].model_dump(exclude_defaults=True), [loss.field for loss in back.losses]


@pytest.mark.parametrize(
    ("told", "column"),
    [
        ({"logicalType": "date"}, {"type": "datetime"}),
        ({"required": False}, {"type": "string", "missing": 1.0}),
        ({"classification": "Restricted"}, {"type": "string", "sensitive": True}),
        ({"classification": "public"}, {"type": "string"}),
        ({"logicalTypeOptions": {"pattern": "^a"}}, {"type": "string", "pattern": "^a"}),
        (
            {"quality": [{"metric": "nullValues", "mustBeLessOrEqualTo": 5, "unit": "percent"}]},
            {"type": "string", "missing": 0.05},
        ),
        ({"quality": [{"rule": "duplicateValues", "mustBe": 0}]}, {"type": "string", "unique": True}),
        ({"quality": [{"metric": "nullValues", "mustBe": 0}]}, {"type": "string"}),
        ({"physicalType": "VARCHAR(2)", "description": "x", "tags": ["y"]}, {"type": "string"}),
    ],
)
def test_a_column_is_read(told: dict[str, Any], column: dict[str, Any]) -> None:
    assert one(**told) == (column, [])


@pytest.mark.parametrize(
    ("told", "lost"),
    [
        ({"classification": "4"}, ["classification"]),
        ({"logicalTypeOptions": {"maxLength": 3}}, ["maxLength"]),
        ({"primaryKey": True}, ["primaryKey"]),
        ({"quality": [{"type": "sql", "query": "SELECT 1", "mustBe": 0}]}, ["quality sql"]),
        ({"quality": [{"metric": "nullValues", "mustBeLessThan": 5}]}, ["quality nullValues"]),
        ({"encryptedName": "b"}, ["encryptedName"]),
    ],
)
def test_what_a_spec_can_t_say_is_told(told: dict[str, Any], lost: list[str]) -> None:
    assert one(**told)[1] == lost


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"kind": "x"}, "no data contract"),
        (contract(version="v2.2.2"), "of ODCS v2.2.2"),
        (contract({"name": "a", "logicalType": "array"}), "of type array"),
        (contract("a"), "no mapping"),
        ({"apiVersion": "v3.0.2", "kind": "DataContract", "schema": [{"name": "t"}, {"name": "u"}]}, "2 tables"),
        ({"apiVersion": "v3.0.2", "kind": "DataContract"}, "0 tables"),
    ],
)
def test_what_is_no_contract_of_a_table_is_refused(document: Any, why: str) -> None:
    with pytest.raises(Refused, match=why):
        read(document, "")


def test_a_table_is_chosen_by_its_name() -> None:
    document = contract({"name": "a", "logicalType": "integer"})
    document["schema"].append({"name": "u", "properties": [{"name": "b", "logicalType": "integer"}]})
    assert list(read(document, "u").columns) == ["b"]
    with pytest.raises(Refused, match="it has: t, u"):
        read(document, "v")


def test_another_schema_is_another_version_of_the_contract() -> None:
    first, same, other = (write(Table("t", {"a": Column(type=kind)})).text for kind in ("integer", "integer", "string"))
    assert first == same != other
