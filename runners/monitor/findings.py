"""Everything that a report found out, before it is judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from runners.monitor.appearance import Appearance
from runners.monitor.appraisal import Outcomes
from runners.monitor.chance import Rate
from runners.monitor.chunks import Series
from runners.monitor.columns import Column
from runners.monitor.drift import Drift
from runners.monitor.kept import RiskPart
from runners.monitor.opinions import Opinions
from runners.monitor.outliers import Distance, Outliers
from runners.monitor.performance import Performance
from runners.monitor.quality import Quality
from runners.monitor.wording import Wording


@dataclass(frozen=True, slots=True)
class Findings:
    """The figures of one window.

    `drift` and `quality` are by column, `outcomes` is how many of the window's rows have one, `distance` how well the
    window can be told from the reference, `wordings` how far texts are by what they say, `appearances` pictures by what
    they show, `opinions` other estimates, `windows` and `lookback` what is known by now of former windows and of all
    rows, `risk` what is known of the risk by all reports on the model and `risk_gap` why nobody looked at it this time,
    `service` the figures of the endpoint, `notes` what a reader must know and `unwatched` what nobody looked at. `rate`
    says how often reports may alert by chance, and how many figures share it.
    """

    columns: Sequence[Column]
    drift: Mapping[str, Drift]
    quality: Mapping[str, Quality]
    reconstruction: Series | None = None
    performance: Sequence[Performance] = ()
    outcomes: int = 0
    windows: Sequence[Outcomes] = ()
    lookback: Outcomes | None = None
    risk: RiskPart | None = None
    risk_gap: str = ""
    outliers: Outliers | None = None
    distance: Distance | None = None
    wordings: Sequence[Wording] = ()
    appearances: Sequence[Appearance] = ()
    opinions: Opinions | None = None
    service: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()
    unwatched: Sequence[str] = ()
    rate: Rate = field(default_factory=Rate)

    @property
    def drifted(self) -> list[str]:
        """Return the columns that drift, the farthest first."""
        return [name for name in self.by_distance() if self.drift[name].is_beyond]

    def by_distance(self) -> list[str]:
        """Return the columns by how far they are beyond their limits, the farthest first."""
        return sorted(self.drift, key=lambda name: (-self.drift[name].far, name))
