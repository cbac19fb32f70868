"""Croissant's record sets, as hubs of datasets write them."""

from typing import Any

import pytest

from reconciler.exchange import croissant
from reconciler.exchange.croissant import read, write
from reconciler.exchange.table import Table
from reconciler.model.errors import Refused
from reconciler.model.kinds.datasets import Column
from runners.ingest import croissant as of_versions


def field(column: str, kind: Any, **more: Any) -> dict[str, Any]:
    return {"@type": "cr:Field", "@id": f"r/{column}", "dataType": kind, **more}


def metadata(*fields: Any, more: tuple[Any, ...] = ()) -> dict[str, Any]:
    return {"@type": "sc:Dataset", "recordSet": [{"@id": "r", "name": "r", "field": list(fields)}, *more]}


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("sc:Text", "string"),
        ("https://schema.org/Integer", "integer"),
        ("cr:UInt8", "integer"),
        (["sc:Float", "wd:Q1"], "number"),
        ("sc:Date", "datetime"),
        ("sc:URL", "string"),
    ],
)
def test_types_are_read_however_they_are_written(kind: Any, column: str) -> None:
    assert read(metadata(field("a", kind)), "").columns["a"].type == column


def test_a_column_is_called_as_in_its_file() -> None:
    told = field("a", "sc:Text", name={"de": "x", "en": "y"}, source={"extract": {"column": "Real name"}})
    assert list(read(metadata(told), "").columns) == ["Real name"]
    assert list(read(metadata(field("a", "sc:Text", name={"de": "x", "en": "y"})), "").columns) == ["y"]


def test_the_values_of_an_enumeration_are_read() -> None:
    values = {"@id": "g", "dataType": "sc:Enumeration", "data": [{"g/name": "A"}, {"g/name": "B"}]}
    told = field("a", "sc:Text", references={"field": {"@id": "g/name"}})
    assert read(metadata(told, more=(values,)), "").columns["a"].enum == ("A", "B")
    other = field("a", "sc:Text", references={"@id": "elsewhere/name"})
    assert [loss.field for loss in read(metadata(other, more=(values,)), "").losses] == ["references"]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"a": 1}, "no `recordSet`"),
        (metadata(field("a", "sc:ImageObject")), "of imageobject"),
        (metadata(field("a", "sc:Text", repeated=True)), "of text"),
        (metadata("a"), "no object"),
        (metadata(more=({"name": "s"},)), "2 record sets"),
    ],
)
def test_what_is_no_record_of_columns_is_refused(document: Any, why: str) -> None:
    with pytest.raises(Refused, match=why):
        read(document, "")


def test_a_record_set_is_chosen_by_its_name() -> None:
    document = metadata(field("a", "sc:Text"), more=({"name": "s", "field": [field("b", "sc:Text")]},))
    assert list(read(document, "s").columns) == ["b"]


def test_the_identifier_is_the_key() -> None:
    text = write(Table("t", {"a b": Column(type="integer")}, "a b")).text
    assert '"key": {\n        "@id": "records/a%20b"' in text


def test_the_context_is_that_of_ingested_versions() -> None:
    assert croissant.CONTEXT == of_versions.CONTEXT
