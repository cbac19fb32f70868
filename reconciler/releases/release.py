"""A release: a commit of the watched branch that gave a deployment another model."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a release."""

    SERVING = "serving"
    """It is the newest one, and its model answers all requests."""
    PENDING = "pending"
    """It is the newest one, and its model doesn't answer all requests yet."""
    ROLLED_BACK = "rolled back"
    """Its rollout's gates took it back, or a former model was pinned after it."""
    SUPERSEDED = "superseded"
    """A newer one took its place."""
    REMOVED = "removed"
    """The pin was taken away, or the deployment was."""


@dataclass(frozen=True, slots=True)
class Release:
    """One release.

    Attributes:
        environment: where.
        deployment: of what, by the address that it had then.
        trial: the trial whose model is pinned.
        commit: the watched branch's commit that brought it: a merge, or the change itself.
        when: when that was committed.
        written: when the change that pins the model was written: the proposal's own commit.
        by: who merged it.
        proposal: the proposal's name; empty where a person pinned the model by hand.
        is_return: it goes back to a model that was live before.
        is_revert: the daemon proposed that, as the release before it had failed.
        served: when its model first answered all requests; None where it didn't, or the status branch doesn't tell.
        failed: it was rolled back, whatever came after that.
        restored: of one that failed, when requests were answered by a sound model again.
        outcome: what became of it.
    """

    environment: str
    deployment: str
    trial: str
    commit: str
    when: datetime
    written: datetime
    by: str = ""
    proposal: str = ""
    is_return: bool = False
    is_revert: bool = False
    served: datetime | None = None
    failed: bool = False
    restored: datetime | None = None
    outcome: Outcome = Outcome.PENDING

    @property
    def name(self) -> str:
        """Return what tells it from all other releases."""
        return f"{self.deployment}@{self.commit}"

    @property
    def lead_time(self) -> timedelta | None:
        """Return the time from the change to the moment it serves; None where that isn't known."""
        return max(self.served - self.written, timedelta()) if self.served else None

    @property
    def restore_time(self) -> timedelta | None:
        """Return the time from a release that failed until a sound model answered again."""
        return max(self.restored - self.when, timedelta()) if self.restored else None
