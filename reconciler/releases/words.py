"""The four metrics of releases in words, each with what it is told from."""

from collections.abc import Sequence
from datetime import timedelta

from reconciler.model.text import counted
from reconciler.releases.dora import Dora, FailureRate, Frequency, Spread

_UNITS = 2
"""Units of a span of time that are told: `3d4h`, not `3d4h12m5s`."""


def figures(metrics: Dora) -> Sequence[tuple[str, str]]:
    """Say the four metrics: the name of each, and its figure with what that is told from."""
    return [
        ("lead time for changes", _times(metrics.lead_time, "change")),
        ("deployment frequency", _frequency(metrics.deployment_frequency)),
        ("change failure rate", _rate(metrics.change_failure_rate)),
        ("time to restore", _times(metrics.time_to_restore, "failure")),
    ]


def _times(times: Spread, noun: str) -> str:
    if times.median is None or times.least is None or times.most is None:
        return f"no {noun}" if not times.of else f"not known of {counted(times.of, noun)}"
    between = f", {span(times.least)} to {span(times.most)}" if times.count > 1 else ""
    told = counted(times.of, noun) if times.count == times.of else f"{times.count} of {counted(times.of, noun)}"
    return f"{span(times.median)} (median of {told}{between})"


def _frequency(frequency: Frequency) -> str:
    told = f"{counted(frequency.count, 'release')} in {span(frequency.span)}"
    rate = frequency.per_week
    return told if rate is None else f"{rate:.{1 if rate >= 1 else 2}f} a week ({told})"


def _rate(rate: FailureRate) -> str:
    return "no release" if rate.rate is None else f"{rate.rate:.0%} ({rate.failed} of {counted(rate.of, 'release')})"


def span(time: timedelta) -> str:
    """Write a span of time by its largest two units."""
    units = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
    rest, parts = round(time.total_seconds()), []
    for unit, size in units:
        count, rest = divmod(rest, size)
        parts.append((count, unit))
    while len(parts) > _UNITS and not parts[0][0]:
        del parts[0]
    return "".join(f"{count}{unit}" for count, unit in parts[:_UNITS] if count) or "0s"
