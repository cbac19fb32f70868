"""Every format: what comes back is what was written, but for what was told as lost."""

from contextlib import suppress

import pytest
from hypothesis import example, given, settings

from reconciler.exchange.formats import FORMATS, LARGEST, guess, imported
from reconciler.exchange.table import Table
from reconciler.model.errors import Refused
from reconciler.model.kinds.datasets import Column
from reconciler.yaml.parse import Unreadable
from tests.unit.reconciler.exchange.tables import tables

KEYS = {"primaryKey", "key"}
"""What of a table's identifier is told as lost: it is no field of a column."""


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=60)
@example(Table("loans", {"feature {": Column(type="boolean")}))
@given(table=tables())
def test_a_round_trip_loses_only_what_is_told(name: str, table: Table) -> None:
    written = FORMATS[name].write(table)
    found, back = imported(written.text.encode())
    assert found == name
    assert list(back.columns) == list(table.columns)
    lost = {(loss.column, loss.field) for loss in written.losses}
    for column, told in table.columns.items():
        differing = {
            field for field in Column.model_fields if getattr(told, field) != getattr(back.columns[column], field)
        }
        assert {(column, field) for field in differing} <= lost, written.text
    assert {loss.field for loss in back.losses} <= KEYS


@pytest.mark.parametrize("name", FORMATS)
def test_a_field_without_words_is_told_whatever_it_is(name: str) -> None:
    column = Column(
        type="string",
        unique=True,
        sensitive=True,
        pattern="(?i)a",
        missing=0.5,
        environments=("training",),
        unit="m",
        description="how far",
    )
    assert set(Column.model_fields) - {"type", "minimum", "maximum", "enum"} <= column.model_fields_set
    told = {loss.field for loss in FORMATS[name].write(Table("loans", {"a": column})).losses}
    assert set(Column.model_fields) - {"type", "minimum", "maximum", "enum", *FORMATS[name].says} <= told


DEEP = [pytest.param(text * 5000, id=f"{text} over and over") for text in ("{", "[", "feature {")]
BROKEN = {
    "tfmd": ("feature {\n  name: 'a'\n  type BYTES\n}", 3),
    "odcs": ("kind: DataContract\napiVersion: v3.1.0\nschema: [\n", 4),
    "json-schema": ('{"type":\n "object",,}', 2),
    "pandera": ("schema_type: dataframe\ncolumns: {a: {dtype: !!python/object:os.system x}}\n", 2),
    "croissant": ('{\n\n"recordSet": [1 x]}', 3),
}


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_no_text_of_a_format_is_told_with_its_line(name: str) -> None:
    text, line = BROKEN[name]
    with pytest.raises(Unreadable) as told:
        imported(text.encode(), name)
    assert told.value.line == line


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("text", ["", "{}", "[]", "a", "null", '"a"', "\0", *DEEP], ids=str)
def test_whatever_is_read_it_is_told_and_not_raised(name: str, text: str) -> None:
    with pytest.raises((Refused, Unreadable)):
        imported(text.encode(), name)


@pytest.mark.parametrize("name", FORMATS)
def test_a_document_of_the_wrong_shape_is_refused(name: str) -> None:
    whole = FORMATS[name].write(Table("loans", {"a": Column(type="string", enum=("x",), missing=0.5)})).text
    document = FORMATS[name].parse(whole)
    for spoilt in filter(_is_message if name == "tfmd" else lambda _: True, _spoilt(document)):
        with suppress(Refused):
            FORMATS[name].read(spoilt, "")


def _is_message(document: object) -> bool:
    """Tell whether protocol buffers' text could say so: each field has a list of values."""
    if not isinstance(document, dict):
        return False
    values = [value for listed in document.values() for value in (listed if isinstance(listed, list) else [None])]
    return all(_is_message(value) or (isinstance(value, int | float | str) and value is not True) for value in values)


def _spoilt(document: object) -> list[object]:
    """Return the document with each of its values replaced by those of other kinds."""
    if isinstance(document, dict):
        inner = [{**document, key: one} for key, value in document.items() for one in _spoilt(value)]
    elif isinstance(document, list):
        inner = [
            [*document[:at], one, *document[at + 1 :]] for at, value in enumerate(document) for one in _spoilt(value)
        ]
    else:
        inner = []
    return [*inner, None, 1, "x", True, [], {}, [1], {"a": 1}]


def test_a_large_file_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(Refused, match="larger than 4 MiB"):
        imported(b"x" * (LARGEST + 1))


def test_bytes_that_are_no_text_are_told_with_their_line() -> None:
    with pytest.raises(Unreadable) as told:
        imported(b"a: 1\nb: \xff\n")
    assert told.value.line == 2


def test_a_mark_of_byte_order_is_passed_over() -> None:
    name, back = imported(
        "\ufeff".encode() + FORMATS["odcs"].write(Table("a", {"b": Column(type="string")})).text.encode()
    )
    assert (name, list(back.columns)) == ("odcs", ["b"])


@pytest.mark.parametrize("text", ["a: 1", '{"a": 1}', "- 1"])
def test_what_looks_like_none_of_them_asks_for_a_name(text: str) -> None:
    with pytest.raises((Refused, Unreadable)):
        guess(text)
