"""Conditions, as Kubernetes shows them: `Ready`, `Reconciling`, `Stalled`, `Drifted`, `Alerting`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import CommitId
from reconciler.model.reason import Reason


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a resource. `status` is `True` or `False`, in words; `since` is when it last changed."""

    type: str
    status: str
    reason: str
    message: str
    observed_commit: CommitId
    since: datetime

    def as_json(self) -> dict[str, Any]:
        """Return the condition as it stands in a status file."""
        return {
            "type": self.type,
            "status": self.status,
            "reason": self.reason,
            "message": self.message,
            "observed_commit": self.observed_commit,
            "since": self.since.isoformat(timespec="seconds"),
        }


def conditions_of(
    decision: Decision, commit: CommitId, now: datetime, former: Sequence[Mapping[str, Any]]
) -> tuple[Condition, ...]:
    """Tell a decision as conditions, each keeping the time of its last change from the former ones."""
    return tuple(
        Condition(kind, word, reason, message, commit, _since(kind, word, former, now))
        for kind, word, reason, message in told_by(decision)
    )


def told_by(decision: Decision) -> list[tuple[str, str, str, str]]:
    """Return type, status, reason and message of the conditions that a decision tells."""
    phase, reason, message = decision.phase, str(decision.reason), decision.message
    told = [("Ready", "True" if phase is Phase.READY else "False", reason, message)]
    if phase in (Phase.RECONCILING, Phase.WAITING):
        told.append(("Reconciling", "True", reason, message))
    if phase is Phase.STALLED:
        told.append(("Stalled", "True", reason, message))
    if decision.drifted:
        told.append(("Drifted", "True", str(Reason.CHANGED_BY_HAND), decision.drifted))
    if decision.alerting:
        told.append(("Alerting", "True", str(Reason.ALERTS), decision.alerting))
    return told


def ready_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the `Ready` condition of a status document; an empty one where there is none."""
    return next((one for one in _conditions(document) if one.get("type") == "Ready"), {})


def _conditions(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    told = document.get("conditions")
    return (one for one in told if isinstance(one, Mapping)) if isinstance(told, list | tuple) else iter(())


def shown_state(document: Mapping[str, Any]) -> str:
    """Return the state that people are shown: what is ready and alerts is `alerting`, never plainly ready."""
    state = str(document.get("state", "waiting"))
    is_alerting = any(one.get("type") == "Alerting" and one.get("status") == "True" for one in _conditions(document))
    return "alerting" if state == "ready" and is_alerting else state


def _since(kind: str, word: str, former: Sequence[Mapping[str, Any]], now: datetime) -> datetime:
    for condition in former:
        if condition.get("type") == kind and condition.get("status") == word:
            try:
                return datetime.fromisoformat(str(condition.get("since")))
            except ValueError:
                return now
    return now
