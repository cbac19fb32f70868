"""Types of columns: plain, inferred, converted."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from runners.tables.columns import ARROW, among, arrow_of, candidates, convert, narrowest, plain, text_of
from runners.tables.types import Spellings


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pa.array([1, None], pa.int8()), [1, None]),
        (pa.array([1.5, float("nan"), None], pa.float32()), [1.5, None, None]),
        (pa.array([Decimal("1.25")]), [1.25]),
        (pa.array([Decimal("356449.60"), Decimal("0.00"), None]), [356449.6, 0.0, None]),
        (pa.array([Decimal("1E-9")], pa.decimal128(38, 30)), [1e-9]),
        (pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"]),
        (pa.array([date(2024, 2, 29)]), [datetime(2024, 2, 29, tzinfo=UTC)]),
        (pa.array([datetime.fromisoformat("2024-01-01T12:00")]), [datetime(2024, 1, 1, 12, tzinfo=UTC)]),
        (pa.array([[1, 2], None]), ["[1, 2]", None]),
        (pa.array([{"a": "ü"}]), ['{"a": "ü"}']),
        (pa.array([b"caf\xc3\xa9"]), ["café"]),
        (pa.array([b"\xff\xfe"]), ["fffe"]),
        (pa.array([2**64 - 1], pa.uint64()), ["18446744073709551615"]),
        (pa.array([timedelta(hours=1)]), ["1:00:00"]),
        (pa.nulls(2), [None, None]),
    ],
)
def test_every_arrow_type_becomes_one_of_five(values: Any, expected: list[Any]) -> None:
    made = plain(values)
    assert made.to_pylist() == expected
    assert made.type in [*ARROW.values(), pa.null()]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1", "-20", None, ""], "integer"),
        (["1", "2.5", "1e3"], "number"),
        (["NA", "7"], "integer"),
        (["true", "False"], "boolean"),
        (["2024-01-31", "2024-02-01T10:00:00Z"], "datetime"),
        (["2024-02-30"], "string"),
        (["02138", "10001"], "string"),
        (["12345678901234567890"], "string"),
        (["1", "x"], "string"),
        (["1", "true"], "string"),
        ([None, "", "NA"], "string"),
        ([" 5 ", "6"], "integer"),
    ],
)
def test_text_is_inferred_as_the_narrowest_type(texts: list[str | None], expected: str) -> None:
    assert narrowest(candidates(pa.array(texts, pa.string()), is_text=True)) == expected


def test_where_types_are_known_a_text_of_digits_stays_text() -> None:
    assert narrowest(candidates(pa.array(["1", "2"]), is_text=False)) == "string"
    assert narrowest(candidates(pa.array(["2024-01-01"]), is_text=False)) == "datetime"
    assert narrowest(candidates(pa.array([1, 2]), is_text=False)) == "integer"
    assert narrowest(candidates(pa.array([1.0]), is_text=False)) == "number"


@pytest.mark.parametrize(
    ("values", "to", "expected", "misfits"),
    [
        (["7", "007", "+7", "7.0", "7.5", "", "NA", None], "integer", [7, 7, 7, 7, None, None, None, None], [4]),
        (["1.5", "2", ".5", "5.", "1e-3", "inf", "1,5"], "number", [1.5, 2.0, 0.5, 5.0, 0.001, None, None], [5, 6]),
        (["true", "NO", "1", "f", "maybe"], "boolean", [True, False, True, False, None], [4]),
        ([1, 0, 2], "boolean", [True, False, None], [2]),
        ([1.0, 2.5, 1e300], "integer", [1, None, None], [1, 2]),
        ([1, 2], "number", [1.0, 2.0], []),
        ([1, 2], "string", ["1", "2"], []),
        ([1.0, 2.5], "string", ["1", "2.5"], []),
        ([True], "string", ["true"], []),
        ([True], "integer", [None], [0]),
        ([5], "datetime", [None], [0]),
        (["", "NA"], "string", ["", "NA"], []),
    ],
)
def test_values_are_brought_to_a_type_and_misfits_are_marked(
    values: list[Any], to: str, expected: list[Any], misfits: list[int]
) -> None:
    converted, failed = convert(plain(pa.array(values)), to)
    assert converted.type == ARROW[to]
    assert converted.to_pylist() == expected
    assert [index for index, is_misfit in enumerate(failed.to_pylist()) if is_misfit] == misfits


def test_moments_are_read_in_every_zone_and_without_one() -> None:
    east = timezone(timedelta(hours=2))
    converted, failed = convert(
        pa.array(["2024-01-01 10:00:00+02:00", "2024-01-01T08:00:00", "9999-12-31", "0001-01-01", "soon"]), "datetime"
    )
    eight = datetime(2024, 1, 1, 10, tzinfo=east).astimezone(UTC)
    assert converted.to_pylist()[:2] == [eight, eight]
    assert [moment.year for moment in converted.to_pylist()[2:4]] == [9999, 1]
    assert failed.to_pylist() == [False, False, False, False, True]


def test_nothing_known_fits_everything() -> None:
    for type_ in ARROW:
        converted, failed = convert(pa.nulls(3), type_)
        assert (converted.null_count, failed.true_count) == (3, 0)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, None), ("ä", "ä"), ("\ud800", "?"), (True, "true"), (b"\x00", "00"), ([1, "a"], '[1, "a"]'), (1.5, "1.5")],
)
def test_any_value_has_a_text(value: Any, text: str | None) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("texts", "spellings", "to", "expected"),
    [
        (["1.234,5", "1,5", "12", "1.5", "12.34"], Spellings(decimal=",", thousands="."), "number",
         [1234.5, 1.5, 12.0, None, None]),
        (["1 234", "1\u00a0234", "1\u202f234", "12 34"], Spellings(thousands=" "), "integer", [1234, 1234, 1234, None]),
        (["1'000", "-5"], Spellings(thousands="'"), "integer", [1000, -5]),
        (["1.5"], Spellings(decimal=","), "number", [None]),
        (["31/12/2020", "2020-12-31", "12/31/2020"], Spellings(dates="%d/%m/%Y"), "datetime",
         [datetime(2020, 12, 31, tzinfo=UTC), datetime(2020, 12, 31, tzinfo=UTC), None]),
    ],
)  # fmt: skip
def test_a_source_spells_numbers_and_moments_in_its_own_way(
    texts: list[str], spellings: Spellings, to: str, expected: list[Any]
) -> None:
    assert convert(pa.array(texts), to, spellings)[0].to_pylist() == expected


def test_types_are_inferred_as_the_source_spells_them() -> None:
    def inferred(texts: list[str], **told: Any) -> str:
        return narrowest(candidates(pa.array(texts), is_text=True, spellings=Spellings(**told)))

    assert inferred(["1,5", "2"], decimal=",") == "number"
    assert inferred(["1.5", "2"], decimal=",") == "string"
    assert inferred(["1.000", "2"], decimal=",", thousands=".") == "integer"
    assert inferred(["31/12/2020", ""], dates="%d/%m/%Y") == "datetime"


@pytest.mark.parametrize(
    "values",
    [pa.array([10**12], pa.timestamp("s")), pa.array([10**7], pa.date32()), pa.array([2**62], pa.timestamp("s"))],
)
def test_moments_beyond_the_calendar_are_texts(values: Any) -> None:
    assert plain(values).type == pa.string()


@pytest.mark.parametrize(
    ("values", "categories", "expected", "strangers"),
    [
        (["a", "c", "NULL", None], ["a", "b"], ["a", None, None, None], [1]),
        (["a", "NULL"], ["a", "NULL"], ["a", "NULL"], []),
        (["x"], [], ["x"], []),
    ],
)
def test_values_are_held_against_categories(
    values: list[Any], categories: list[str], expected: list[Any], strangers: list[int]
) -> None:
    held, odd = among(pa.array(values), categories)
    assert held.to_pylist() == expected
    assert [place for place, is_odd in enumerate(odd.to_pylist()) if is_odd] == strangers


@pytest.mark.parametrize("value", [17.0, 0.1, 1e20, -2.5, 1e-7, 12345678.0])
def test_a_number_has_one_text_alone_and_among_others(value: float) -> None:
    alone = convert(plain(pa.array([value])), "string")[0].to_pylist()
    assert [text_of(value)] == alone == arrow_of([value, "x"]).to_pylist()[:1]


def test_formats_of_several_columns_are_never_read_as_those_of_all() -> None:
    several = Spellings(dates_of={"a": "%d.%m.%Y"})
    with pytest.raises(AssertionError, match="say of which"):
        convert(arrow_of(["01.02.2003"]), "datetime", several)
    assert not convert(arrow_of(["01.02.2003"]), "datetime", several.of("a"))[1].true_count
