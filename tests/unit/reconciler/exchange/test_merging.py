"""A foreign schema and the spec's own: what it can't say stays."""

from typing import Any

import pytest

from reconciler.exchange.formats import FORMATS
from reconciler.exchange.merging import edits, merged
from reconciler.exchange.table import Imported, Loss
from reconciler.model.kinds.datasets import Column
from reconciler.yaml.edit import Gone, edit_yaml

SENSITIVE = Column(type="string", sensitive=True, pattern="^a", unique=True, missing=0.1)


@pytest.mark.parametrize("name", FORMATS)
def test_a_sensitive_column_stays_so_whatever_it_is_imported_from(name: str) -> None:
    new = merged(Imported({"a": Column(type="integer")}), {"a": SENSITIVE}, FORMATS[name])
    assert new["a"].sensitive
    assert new["a"].pattern is None, "a pattern is for strings"


def test_what_a_format_can_t_say_stays() -> None:
    new = merged(Imported({"a": Column(type="string")}), {"a": SENSITIVE}, FORMATS["tfmd"])["a"]
    assert (new.pattern, new.unique, new.missing) == ("^a", True, 0.0)


def test_a_share_stays_where_a_format_knows_only_none_and_any() -> None:
    told = Imported({"a": Column(type="string", missing=1.0)})
    assert merged(told, {"a": SENSITIVE}, FORMATS["pandera"])["a"].missing == 0.1
    assert merged(told, {"a": SENSITIVE}, FORMATS["odcs"])["a"].missing == 1.0


def test_what_was_lost_on_the_way_stays() -> None:
    told = Imported({"a": Column(type="string")}, (Loss("a", "pattern", "not RE2"),))
    assert merged(told, {"a": SENSITIVE}, FORMATS["odcs"])["a"].pattern == "^a"


def test_a_new_column_is_as_it_is_told() -> None:
    assert merged(Imported({"b": SENSITIVE}), {}, FORMATS["tfmd"]) == {"b": SENSITIVE}


SPEC = """\
columns:
  # the one that names a row
  id: {type: integer, unique: true}
  a.b: {type: number, minimum: 0, maximum: 1}   # a share
  old:
    type: string
target: old
"""


@pytest.mark.parametrize(
    ("wanted", "lines"),
    [
        (
            {"id": {"type": "integer", "unique": True}, "a.b": {"type": "number", "maximum": 2}},
            ["a.b: {type: number, maximum: 2}"],
        ),
        ({"id": {"type": "string"}, "x y": {"type": "boolean"}}, ["id: {type: string}", "x y:"]),
    ],
)
def test_only_what_differs_is_edited_and_comments_stay(wanted: dict[str, Any], lines: list[str]) -> None:
    columns = {name: Column.model_validate(told) for name, told in wanted.items()}
    written = {"id": {"type": "integer", "unique": True}, "a.b": {"type": "number", "minimum": 0, "maximum": 1}}
    text = edit_yaml(SPEC, edits(columns, {**written, "old": {"type": "string"}}))
    assert "# the one that names a row" in text
    assert "old:" not in text
    assert text.endswith("target: old\n")
    assert all(line in text for line in lines)


def test_a_default_that_is_written_out_may_stay() -> None:
    column = {"a": Column(type="string")}
    assert edits(column, {"a": {"type": "string", "missing": 0.0, "unique": False}}) == {}
    assert edits(column, {"a": {"type": "string", "missing": 0.5}}) == {"columns.a.missing": Gone.GONE}
    assert edits(column, None) == {"columns": {"a": {"type": "string"}}}
