"""Scales, and the text of numbers."""

from typing import Any

import pytest

from runners.contract import InputError
from runners.label.scales import number_text, values_of, weakest


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234567, "1234567"),
        (7.0, "7"),
        (-0.0, "0"),
        (2.5, "2.5"),
        (0.12345671, "0.12345671"),
        (1e-7, "0.0000001"),
        (1e20, "100000000000000000000"),
        (2**63 + 1, "9223372036854775809"),
        (True, None),
        ("4", None),
        (None, None),
        (float("nan"), None),
        (float("inf"), None),
        (10**400, None),
    ],
)
def test_a_number_is_written_with_all_its_digits(value: Any, text: str | None) -> None:
    assert number_text(value) == text


def test_of_several_scales_the_one_holds_that_says_least() -> None:
    assert weakest(["interval", "ordinal"]) == "ordinal"
    assert weakest(["ordinal", "nominal", "interval"]) == "nominal"
    assert weakest([]) == "nominal"


def test_labels_stand_for_numbers_or_for_their_place_among_the_choices() -> None:
    assert values_of(["2", "10"], "ordinal", None) == {"2": 2.0, "10": 10.0}
    assert values_of(["good", "bad"], "ordinal", ("bad", "fair", "good")) == {"good": 2.0, "bad": 0.0}
    assert values_of(["good"], "nominal", None) is None


@pytest.mark.parametrize(
    ("scale", "choices", "told"),
    [
        ("interval", ("good",), "the answer `good` is no number"),
        ("ordinal", None, "`good` has no place on an ordinal scale"),
        ("ordinal", ("fine",), "`good` has no place on an ordinal scale"),
    ],
)
def test_a_label_without_a_place_is_refused(scale: Any, choices: Any, told: str) -> None:
    with pytest.raises(InputError, match=told):
        values_of(["good"], scale, choices)
