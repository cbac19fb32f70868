"""Spellings: the plainest way that reads the most columns as more than text."""

from typing import Any

import pyarrow as pa
import pytest

from runners.survey.spellings import spelled


def column(*values: str | None) -> Any:
    return pa.array(values, pa.string())


@pytest.mark.parametrize(
    ("values", "signs"),
    [
        (("1", "2.5", None), (".", None)),
        (("1,5", "2,25"), (",", None)),
        (("1,234.5", "10"), (".", ",")),
        (("1.234,5", "10"), (",", ".")),
        (("1 234,5", "12 000 000,1"), (",", " ")),
        (("a", "b"), (".", None)),
        ((None, None), (".", None)),
        (("1,234", "5,678"), (",", None)),  # could be thousands: the plainer way, as nothing says otherwise
    ],
)
def test_numbers(values: tuple[str | None, ...], signs: tuple[str, str | None]) -> None:
    told = spelled({"x": column(*values)})
    assert (told.decimal, told.thousands) == signs


def test_a_sign_that_is_told_stands() -> None:
    assert spelled({"x": column("1.234", "2.500")}, ",").decimal == ","


@pytest.mark.parametrize(
    ("values", "how", "is_doubtful"),
    [
        (("31.01.2024", "01.02.2024"), "%d.%m.%Y", False),
        (("31/01/2024", "01/02/2024"), "%d/%m/%Y", False),
        (("01/31/2024", "02/01/2024"), "%m/%d/%Y", False),
        (("01/02/2024", "03/04/2024"), "%d/%m/%Y", True),
        (("31/01/2024 17:05", "01/02/2024 00:00"), "%d/%m/%Y %H:%M", False),
        (("5 Jan 2024", None), "%d %b %Y", False),
    ],
)
def test_dates(values: tuple[str | None, ...], how: str, is_doubtful: bool) -> None:
    told = spelled({"when": column(*values), "x": column("1", "2")})
    assert told.dates == {"when": how}
    assert told.doubtful == (("when",) if is_doubtful else ())


def test_iso_dates_and_texts_need_no_format() -> None:
    assert spelled({"when": column("2024-01-31"), "x": column("31.01.2024", "later")}).dates == {}


def test_texts_that_mean_missing_are_those_beside_numbers() -> None:
    told = spelled({"x": column("1", "?", "2"), "y": column("a", "--", "b")})
    assert told.nulls == ("?",)
