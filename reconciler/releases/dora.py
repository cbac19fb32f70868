"""The four DORA metrics of releases, each beside the number of releases that it is told from.

They follow DORA's definitions (https://dora.dev/guides/dora-metrics-four-keys/), as far as Git's history tells them:

* *Lead time for changes*, from the commit of a change to its running in production: here from the commit that pins the
  model (the proposal's own; where a merge brought several, the first that pins it) to the moment the model answers all
  requests. What went into the trial, such as its spec and its data, was committed before that, and that time isn't
  counted. A return to a former model brings no change and has no lead time.
* *Deployment frequency*: releases, returns too, in the time from the first one, or from the beginning of the time that
  is asked about, until now.
  A revert that the daemon proposed is none: it is what restores the release that failed.
* *Change failure rate*, the share of deployments that had to be put right at once: releases that their rollout's gates
  took back, or that a former model was pinned after, of all releases.
* *Time to restore*, how long it takes to recover from a deployment that failed: from the commit of a release that
  failed to the moment a sound model answered all requests again. That is when the gates had given all traffic back,
  or else when the next release that didn't fail came to serve.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from reconciler.releases.release import Release

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Spread:
    """Some times: how many, of how many that there could be, the shortest, the median and the longest."""

    count: int
    of: int
    least: timedelta | None = None
    median: timedelta | None = None
    most: timedelta | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the times as JSON-compatible values, in seconds."""
        times = {"median_seconds": self.median, "least_seconds": self.least, "most_seconds": self.most}
        told = {name: None if time is None else time.total_seconds() for name, time in times.items()}
        return {**told, "count": self.count, "of": self.of}


@dataclass(frozen=True, slots=True)
class Frequency:
    """How many releases there were in a span of time; in less than a week, no number by the week is told."""

    count: int
    span: timedelta

    @property
    def per_week(self) -> float | None:
        """Return how many there were in a week, on average."""
        return self.count / (self.span / _WEEK) if self.span >= _WEEK else None

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON-compatible values."""
        return {"per_week": self.per_week, "count": self.count, "seconds": self.span.total_seconds()}


@dataclass(frozen=True, slots=True)
class FailureRate:
    """How many releases failed, of how many."""

    failed: int
    of: int

    @property
    def rate(self) -> float | None:
        """Return the share that failed; None where there was no release."""
        return self.failed / self.of if self.of else None

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON-compatible values."""
        return {"rate": self.rate, "failed": self.failed, "of": self.of}


@dataclass(frozen=True, slots=True)
class Dora:
    """The four metrics."""

    lead_time: Spread
    deployment_frequency: Frequency
    change_failure_rate: FailureRate
    time_to_restore: Spread

    def as_json(self) -> dict[str, Any]:
        """Return them as JSON-compatible values."""
        return {name: getattr(self, name).as_json() for name in self.__slots__}


def dora(releases: Sequence[Release], now: datetime, since: datetime | None = None) -> Dora:
    """Tell the four metrics of some releases.

    Args:
        releases: those of the time that is asked about, of one deployment or of several.
        now: the end of that time.
        since: its beginning; the first release, if it isn't given.
    """
    counted = [release for release in releases if not release.is_revert]
    changes, failed = [r for r in counted if not r.is_return], [r for r in counted if r.failed]
    begin = since or min((release.when for release in releases), default=now)
    return Dora(
        _spread((release.lead_time for release in changes), len(changes)),
        Frequency(len(counted), max(now - begin, timedelta())),
        FailureRate(len(failed), len(counted)),
        _spread((release.restore_time for release in failed), len(failed)),
    )


def _spread(times: Iterable[timedelta | None], of: int) -> Spread:
    known = [time for time in times if time is not None]
    if not known:
        return Spread(0, of)
    middle = timedelta(seconds=median(time.total_seconds() for time in known))
    return Spread(len(known), of, min(known), middle, max(known))
