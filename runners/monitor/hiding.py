"""Sensitive columns: their values are told as others before anything is made of them, so that no figure, sentence or
picture of a report can hold one.

A category is told by its place among those of the reference, the most frequent first; a number by how many standard
deviations of the reference it lies from its mean. What drift there is stays as large as it was.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.columns import Column, coded, coded_of, tally, widened
from runners.tables import Reading


def hidden(
    columns: Sequence[Column], reading: Reading, before: pd.DataFrame, now: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the reference's rows and the window's, with the values of sensitive columns told as others."""
    told: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    for column in _sensitive(columns, reading):
        tell = _places if column.kind == "category" else _deviations
        for side, values in zip(told, tell(before[column.name], now[column.name]), strict=True):
            side[column.name] = values
    return widened(before, told[0]), widened(now, told[1])


def notes_of(columns: Sequence[Column], reading: Reading) -> Iterator[str]:
    """Say how the values of sensitive columns are told."""
    for column in _sensitive(columns, reading):
        how = "by their place in the reference, the most frequent first"
        if column.kind == "number":
            how = "in standard deviations from the reference's mean"
        yield f"The column {column.name} is sensitive: its values are told {how}."


def _sensitive(columns: Sequence[Column], reading: Reading) -> list[Column]:
    hidden_names = reading.sensitive
    return [one for one in columns if one.name in hidden_names]


def _places(before: "pd.Series[Any]", now: "pd.Series[Any]") -> tuple[Any, Any]:
    known = sorted(tally(before).items(), key=lambda item: (-item[1], str(item[0])))
    names = {value: f"value {place}" for place, (value, _) in enumerate(known, 1)}
    sides = coded_of(before), coded_of(now)
    codes, distinct = sides[1]
    fresh = [distinct[code] for code in dict.fromkeys(codes.tolist()) if code >= 0 and distinct[code] not in names]
    names |= {value: f"new value {place}" for place, value in enumerate(fresh, 1)}
    return tuple(coded(codes, [*(names.get(value) for value in distinct), None]) for codes, distinct in sides)  # type: ignore[return-value]


def _deviations(before: "pd.Series[Any]", now: "pd.Series[Any]") -> tuple[Any, Any]:
    """Return deviations from the reference's mean; where it has no values, and so no mean, there are none."""
    mean, spread = before.mean(), before.std()
    spread = spread if spread > 0 else 1.0
    return tuple(((side - (side if np.isnan(mean) else mean)) / spread).to_numpy() for side in (before, now))  # type: ignore[return-value]
