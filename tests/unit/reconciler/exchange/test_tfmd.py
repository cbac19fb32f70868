"""TFMD's schemas, as TensorFlow Data Validation infers and people edit them."""

from typing import Any

import pytest

from reconciler.exchange.protobuf_text import parse
from reconciler.exchange.table import Table
from reconciler.exchange.tfmd import read, write
from reconciler.model.errors import Refused
from reconciler.model.kinds.datasets import Column

INFERRED = """
feature {
  name: "company"
  type: BYTES
  domain: "company"
  presence { min_count: 1 min_fraction: 0.95 }
  shape { dim { size: 1 } }
}
feature { name: "tips" type: FLOAT float_domain { min: 0.5 max: inf } presence { min_fraction: 1.0 }
  value_count { min: 1 max: 3 } }
feature { name: "paid" type: BYTES bool_domain { true_value: "yes" false_value: "no" } }
feature { name: "n" type: 2 int_domain { name: "n" max: 9 } annotation { tag: ["x", "sensitive"] }
  skew_comparator {} }
string_domain { name: "company" value: "A" value: "B" }
default_environment: "TRAINING"
"""


def test_what_is_inferred_is_read() -> None:
    back = read(parse(INFERRED), "")
    assert {name: column.model_dump(exclude_defaults=True) for name, column in back.columns.items()} == {
        "company": {"type": "string", "enum": ("A", "B"), "missing": 0.05},
        "tips": {"type": "number", "minimum": 0.5},
        "paid": {"type": "boolean", "missing": 1.0},
        "n": {"type": "integer", "maximum": 9, "missing": 1.0, "sensitive": True},
    }
    assert {(loss.column, loss.field) for loss in back.losses} == {
        ("", "default_environment"),
        ("tips", "value_count"),
        ("n", "skew_comparator"),
    }


@pytest.mark.parametrize(
    ("feature", "why"),
    [
        ("", "has no name"),
        ("name: INT", "has no name"),
        ('name: "a" type: STRUCT', "of type STRUCT"),
        ('name: "a"', "of type nothing"),
        ('name: "a" type: BYTES domain: "gone"', "which isn't there"),
        ('name: "a" type: INT presence { min_fraction: 2 }', "no share"),
        ('name: "a" type: INT int_domain { min: "x" }', "no number"),
    ],
)
def test_what_is_no_column_is_refused(feature: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        read(parse(f"feature {{ {feature} }}"), "")


@pytest.mark.parametrize(
    ("column", "lost"),
    [
        ({"type": "number", "minimum": 0.1}, {"minimum"}),
        ({"type": "number", "minimum": 0.5, "maximum": 1e300}, {"maximum"}),
        ({"type": "integer", "minimum": 0.5}, {"minimum"}),
        ({"type": "integer", "minimum": 1.0}, set()),
        ({"type": "integer", "enum": (1, 2)}, {"enum"}),
        ({"type": "string", "unique": True}, {"unique"}),
    ],
)
def test_what_it_has_no_room_for_is_told(column: dict[str, Any], lost: set[str]) -> None:
    written = write(Table("t", {"a": Column.model_validate(column)}))
    assert {loss.field for loss in written.losses} == lost
