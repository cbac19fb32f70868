"""Drift of the inputs: one column at a time, and of all columns together.

One column: the Jensen-Shannon distance (the square root of the divergence to base 2, 0 to 1; Endres & Schindelin,
2003, https://doi.org/10.1109/TIT.2003.813506) between a chunk and the reference. All columns: the error of rebuilding
rows from the principal components of the reference, which grows when columns stop varying together as they did. Both
by NannyML.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from runners.monitor.chunks import Series
from runners.monitor.columns import Column
from runners.monitor.engine import asked, chunker, frames, nannyml, series

_METHOD = "jensen_shannon"


def column_drift(
    reference: pd.DataFrame, now: pd.DataFrame, columns: Sequence[Column], *, size: int, least: float
) -> Mapping[str, Series]:
    """Return each column's distance from the reference, chunk by chunk; a column without values is left out.

    The upper limit is `least`, or three standard deviations above the mean distance of the reference's own chunks where
    that is more: a small chunk lies far from the reference by chance alone.

    Raises:
        Unanswered: NannyML can't compare them.
    """
    kept = _with_values(reference, now, columns)
    if not kept:
        return {}
    names = [column.name for column in kept]
    categories = [column.name for column in kept if column.kind == "category"]
    calculator = nannyml().UnivariateDriftCalculator(
        column_names=names, treat_as_categorical=categories, chunker=chunker(size)
    )
    with asked():
        tables = frames(calculator.fit(reference[names]).calculate(now[names]))
    return {name: _limited(series(tables, name, _METHOD), least) for name in names}


def reconstruction(
    reference: pd.DataFrame, now: pd.DataFrame, columns: Sequence[Column], *, size: int
) -> Series | None:
    """Return the reconstruction error, chunk by chunk; None for fewer than two columns.

    Raises:
        Unanswered: NannyML can't compare them.
    """
    names = [column.name for column in _with_values(reference, now, columns)]
    if len(names) < 2:
        return None
    calculator = nannyml().DataReconstructionDriftCalculator(column_names=names, chunker=chunker(size))
    with asked():
        tables = frames(calculator.fit(reference[names]).calculate(now[names]))
    return series(tables, "reconstruction_error")


def _with_values(reference: pd.DataFrame, now: pd.DataFrame, columns: Sequence[Column]) -> list[Column]:
    return [one for one in columns if reference[one.name].notna().any() and now[one.name].notna().any()]


def _limited(distance: Series, least: float) -> Series:
    return Series(distance.reference, distance.now, upper=max(least, distance.upper or 0.0))
