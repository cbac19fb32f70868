"""The family of a report: every figure that may alert by chance, between which the rate of false alarms is shared."""

from collections.abc import Sequence

from runners.monitor.chance import Rate
from runners.monitor.chunks import rows_of
from runners.monitor.columns import Column
from runners.monitor.drift import comparable, spans
from runners.monitor.parameters import Parameters
from runners.monitor.tables import Tables
from runners.monitor.wording import FIGURES


def rate_of(tables: Tables, columns: Sequence[Column], params: Parameters, texts: int = 0, pictures: int = 0) -> Rate:
    """Count the figures that are held against chance: of columns, and of the rows as a whole.

    Of each of the `texts` there are two, of each of the `pictures` one.

    Figures of the service aren't among them, since nothing is inferred there: what was counted is compared as it is.
    """
    thresholds = params.thresholds
    drifts = comparable(tables, columns) * len(spans(rows_of(len(tables.now), tables.size)))
    missing = len(columns) if thresholds.missing_share is not None else 0
    unseen = sum(one.kind == "category" for one in columns) if thresholds.unseen_share is not None else 0
    wholes = (thresholds.outlier_share, thresholds.distance)
    drops = (thresholds.estimated_drop, thresholds.realized_drop)
    others = sum(one is not None for one in wholes) + 2 * sum(one is not None for one in drops)
    return Rate(params.rate, drifts + missing + unseen + others + FIGURES * texts + pictures)
