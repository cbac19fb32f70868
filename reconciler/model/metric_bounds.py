"""What a metric can be at the least and at the most, by its name: what isn't within is no measurement."""

from collections.abc import Mapping
from math import inf
from types import MappingProxyType

_SHARES = (
    "accuracy",
    "average_precision",
    "f1",
    "f1_macro",
    "f1_micro",
    "hamming_loss",
    "precision",
    "recall",
    "roc_auc",
    "subset_accuracy",
)
_LOSSES = ("log_loss", "mae", "mse", "rmse")
BOUNDS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        **dict.fromkeys((*_SHARES, "balanced_accuracy", "coverage", "missing_share"), (0.0, 1.0)),
        **dict.fromkeys(_LOSSES, (0.0, inf)),
        "brier": (0.0, 2.0),
        "r2": (-inf, 1.0),
    }
)
"""The metrics that runners measure, and those that one's own code is likely to report under the same names."""
_ROUNDING = 1e-9


def out_of_bounds(name: str, value: float) -> str:
    """Say why a metric can't be what is told of it; empty where it can."""
    least, most = BOUNDS.get(name, (-inf, inf))
    if least - _ROUNDING <= value <= most + _ROUNDING:
        return ""
    limits = " to ".join(f"{limit:g}" for limit in (least, most) if limit not in (inf, -inf))
    word = "from" if " to " in limits else "at most" if most != inf else "at least"
    return f"the metric `{name}` is {value:g}, and it can only be {word} {limits}"
