"""What a job is told, read as a strict model."""

import pytest

from runners.contract import InputError
from runners.parameters import Block, understood


class Told(Block):
    rows: int
    colour: str = "red"


def test_what_fits_is_read() -> None:
    assert understood(Told, {"rows": 3}) == Told(rows=3)


def test_the_first_problem_is_told_with_its_place_and_further_ones_are_counted() -> None:
    with pytest.raises(InputError, match=r"valid integer.*\(and 2 more\)") as caught:
        understood(Told, {"rows": "many", "colour": 1, "other": 2})
    assert (caught.value.where, caught.value.fix) == ("rows", "correct this field of the spec")
