"""Everything that a report found out, before it is judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from runners.monitor.chunks import Series, mean, persists
from runners.monitor.columns import Column
from runners.monitor.outliers import Outliers
from runners.monitor.performance import Performance
from runners.monitor.quality import Quality


@dataclass(frozen=True, slots=True)
class Findings:
    """The figures of one window.

    `drift` and `quality` are by column, `outcomes` is how many of the window's rows have one, `distance` the ROC AUC of
    telling the window from the reference, `service` the figures of the endpoint, `notes` what a reader must know.
    """

    columns: Sequence[Column]
    drift: Mapping[str, Series]
    quality: Mapping[str, Quality]
    reconstruction: Series | None = None
    performance: Sequence[Performance] = ()
    outcomes: int = 0
    outliers: Outliers | None = None
    distance: float | None = None
    service: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()

    @property
    def drifted(self) -> list[str]:
        """Return the columns that drift, the farthest first."""
        return [name for name in self.by_distance() if persists(self.drift[name].beyond())]

    def by_distance(self) -> list[str]:
        """Return the columns by how far they are beyond their limits, the farthest first."""
        return sorted(self.drift, key=lambda name: (-far(self.drift[name]), name))


def far(series: Series) -> float:
    """Return a column's mean distance as a multiple of its limit."""
    return (mean(series.now) or 0.0) / (series.upper or 1.0)
