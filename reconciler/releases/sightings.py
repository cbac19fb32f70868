"""Sightings: what a status commit tells of a deployment, as far as it says how a release fares."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reconciler.model.condition import ready_of
from reconciler.model.decision import Phase
from reconciler.model.reason import Reason


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one status commit tells of a deployment.

    Attributes:
        name: what it was called then.
        trial: the trial that was pinned.
        commit: the commit of the watched branch that the daemon saw.
        when: when the status was committed.
        serves: since when all requests are answered by that trial's model, by whichever of its revisions; None where
            they aren't.
        is_rolled_back: the rollout's gates took it back.
        is_restored: another revision had all the traffic by then.
    """

    name: str
    trial: str
    commit: str
    when: datetime
    serves: datetime | None = None
    is_rolled_back: bool = False
    is_restored: bool = False


def sighting(name: str, document: Mapping[str, Any], when: datetime) -> Sighting | None:
    """Return what a status document tells of a release; None where it tells of no model."""
    facts, ready = document.get("facts"), ready_of(document)
    if not isinstance(facts, Mapping) or not facts.get("trial"):
        return None
    is_ready = ready.get("status") == "True"
    former = facts.get("rolled_back")
    is_named = isinstance(former, list) and facts.get("revision") in former
    traffic = facts.get("traffic")
    shares = traffic if isinstance(traffic, Mapping) else {}
    since = _since(ready.get("since"), when) if is_ready else _went_on(facts, shares, when)
    return Sighting(
        name,
        str(facts["trial"]),
        str(ready.get("observed_commit", "")),
        when,
        serves=since,
        is_rolled_back=since is None
        and document.get("state") == Phase.STALLED
        and (is_named or ready.get("reason") == Reason.ROLLED_BACK),
        is_restored=bool(shares) and not shares.get(facts.get("revision")),
    )


def _went_on(facts: Mapping[str, Any], shares: Mapping[str, Any], when: datetime) -> datetime | None:
    """Return since when the pinned model has all requests, while another revision of it is on its way; else None.

    Another access or other resources make another revision, and no other model: what has served goes on serving.
    """
    served, revisions = facts.get("served"), facts.get("revisions")
    newest = served[-1] if isinstance(served, list) and served else None
    if not isinstance(newest, Mapping) or newest.get("trial") != facts["trial"] or not isinstance(revisions, Mapping):
        return None
    answering = [revisions.get(name) for name, share in shares.items() if share]
    is_all = answering and all(isinstance(one, Mapping) and one.get("trial") == facts["trial"] for one in answering)
    return _since(newest.get("since"), when) if is_all else None


def _since(since: Any, when: datetime) -> datetime:
    """Return since when something stands so; no later than it was told."""
    try:
        return min(datetime.fromisoformat(str(since)), when)
    except (ValueError, TypeError):  # somebody wrote something else there, or a time without a zone
        return when
