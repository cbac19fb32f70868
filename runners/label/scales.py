"""Scales: how far apart two answers are, and which text says a number exactly (Stevens, 1946)."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from runners.contract import InputError
from runners.contract.mistakes import shown

Scale = Literal["nominal", "ordinal", "interval"]
"""Any two different answers are equally far apart, or by their ranks, or by their difference."""


class Said(NamedTuple):
    """One label, and the scale that it is on."""

    label: str
    scale: Scale


SCALES: Mapping[str, Scale] = MappingProxyType({"choices": "nominal", "rating": "ordinal", "number": "interval"})
"""The scale of each kind of answer of Label Studio."""
_WEAKEST: Sequence[Scale] = ("nominal", "ordinal", "interval")


def weakest(scales: Iterable[Scale]) -> Scale:
    """Return the scale that holds for all answers: the one that says the least."""
    return min(scales, key=_WEAKEST.index, default="nominal")


def number_text(value: Any) -> str | None:
    """Write a number with all its digits, without an exponent; equal numbers alike. None of what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        return None
    return format(Decimal(repr(value)), "f") if value % 1 else str(int(value))


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def values_of(labels: Collection[str], scale: Scale, choices: Sequence[str] | None) -> Mapping[str, float] | None:
    """Return the number that stands for each label on an ordered scale; None on a nominal one.

    Labels that are numbers stand for themselves, on an ordinal scale others for their place in `choices`.

    Raises:
        InputError: a label has no place on the scale.
    """
    if scale == "nominal":
        return None
    numbers = {label: _number(label) for label in labels}
    odd = sorted(label for label, number in numbers.items() if number is None)
    if not odd:
        return {label: number for label, number in numbers.items() if number is not None}
    if scale == "interval":
        raise InputError(f"the answer {shown(odd[0])} is no number, and agreement.scale is interval", "agreement.scale")
    places = {choice: float(place) for place, choice in enumerate(choices or ())}
    if lost := sorted(label for label in labels if label not in places):
        what = f"the answer {shown(lost[0])} has no place on an ordinal scale: it is no number and not among choices"
        raise InputError(what, "agreement.scale", "list choices from the lowest to the highest, or set it to nominal")
    return {label: places[label] for label in labels}


def _number(label: str) -> float | None:
    try:
        value = float(label)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
