"""Conditions, as Kubernetes shows them: `Ready`, `Reconciling`, `Stalled`, `Drifted`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reconciler.model.decision import Decision, Standing
from reconciler.model.ids import CommitId


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a resource. `since` is when `status` last changed."""

    type: str
    status: bool
    reason: str
    message: str
    observed_commit: CommitId
    since: datetime

    @property
    def word(self) -> str:
        """Return the status as Kubernetes writes it."""
        return "True" if self.status else "False"

    def as_json(self) -> dict[str, Any]:
        """Return the condition as it stands in a status file."""
        return {
            "type": self.type,
            "status": self.word,
            "reason": self.reason,
            "message": self.message,
            "observed_commit": self.observed_commit,
            "since": self.since.isoformat(timespec="seconds"),
        }


def conditions_of(
    decision: Decision, commit: CommitId, now: datetime, former: Sequence[Mapping[str, Any]]
) -> tuple[Condition, ...]:
    """Tell a decision as conditions, each keeping the time of its last change from the former ones."""
    standing = decision.standing
    told = [("Ready", standing is Standing.READY, decision.reason, decision.message)]
    if standing in (Standing.RECONCILING, Standing.WAITING):
        told.append(("Reconciling", True, decision.reason, decision.message))
    if standing is Standing.STALLED:
        told.append(("Stalled", True, decision.reason, decision.message))
    if decision.drifted:
        told.append(("Drifted", True, "ChangedByHand", decision.drifted))
    return tuple(
        Condition(kind, status, reason, message, commit, _since(kind, status, former, now))
        for kind, status, reason, message in told
    )


def _since(kind: str, status: bool, former: Sequence[Mapping[str, Any]], now: datetime) -> datetime:
    word = "True" if status else "False"
    for condition in former:
        if condition.get("type") == kind and condition.get("status") == word:
            try:
                return datetime.fromisoformat(str(condition.get("since")))
            except ValueError:
                return now
    return now
