"""Figures of a report are rounded and finite; what a former version wrote besides is passed over."""

from math import inf, nan

import pytest
from pydantic import ValidationError

from runners.monitor.figures import Figure, Part


class Told(Part):
    """A part with a figure."""

    value: Figure = None


def test_figures_are_rounded_and_finite() -> None:
    assert [Told(value=one).value for one in (0.123456789, nan, inf, None, 7)] == [0.123457, None, None, None, 7]


def test_a_part_is_frozen_and_passes_over_what_it_doesnt_know() -> None:
    part = Told.model_validate({"value": 1.0, "odd": 2})
    assert part.model_dump() == {"value": 1.0}
    with pytest.raises(ValidationError):
        part.value = 2.0  # type: ignore[misc]
