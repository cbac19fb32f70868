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
        serves: since when all requests are answered by that trial's model; None where they aren't.
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
    return Sighting(
        name,
        str(facts["trial"]),
        str(ready.get("observed_commit", "")),
        when,
        serves=_since(ready, when) if is_ready else None,
        is_rolled_back=document.get("state") == Phase.STALLED
        and (is_named or ready.get("reason") == Reason.ROLLED_BACK),
        is_restored=bool(shares) and not shares.get(facts.get("revision")),
    )


def _since(ready: Mapping[str, Any], when: datetime) -> datetime:
    """Return since when a condition stands so; no later than it was told."""
    try:
        return min(datetime.fromisoformat(str(ready.get("since"))), when)
    except (ValueError, TypeError):  # somebody wrote something else there, or a time without a zone
        return when
