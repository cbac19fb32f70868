"""The words for what a source spells in its own way."""

from runners.tables.types import USUAL, Spellings


def test_dates_of_several_columns_are_each_ones_own() -> None:
    several = Spellings(dates_of={"a": "%d.%m.%Y"}, decimal=",")
    assert several.of("a") == Spellings(dates="%d.%m.%Y", decimal=",")
    assert several.of("b") == Spellings(decimal=",")


def test_one_format_is_that_of_all_columns() -> None:
    assert Spellings(dates="%d.%m.%Y").of("a") == Spellings(dates="%d.%m.%Y")
    assert USUAL.of("a") is USUAL
