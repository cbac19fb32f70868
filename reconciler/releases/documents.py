"""Releases as JSON-compatible values."""

from datetime import datetime, timedelta
from typing import Any

from reconciler.releases.release import Release


def as_document(release: Release) -> dict[str, Any]:
    """Return a release as JSON-compatible values."""
    return {
        "name": release.name,
        "when": moment_of(release.when),
        "environment": release.environment,
        "deployment": release.deployment,
        "model": release.trial,
        "by": release.by,
        "proposal": release.proposal or None,
        "commit": release.commit,
        "written": moment_of(release.written),
        "served": moment_of(release.served),
        "lead_time_seconds": _seconds(release.lead_time),
        "is_return": release.is_return,
        "is_revert": release.is_revert,
        "failed": release.failed,
        "restored": moment_of(release.restored),
        "outcome": release.outcome.value,
    }


def moment_of(when: datetime | None) -> str | None:
    """Write a time to the second; None where there is none."""
    return when.isoformat(timespec="seconds") if when else None


def _seconds(time: timedelta | None) -> float | None:
    return None if time is None else time.total_seconds()
