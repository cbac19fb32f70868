"""A rollout's next step: a function of the traffic, the figures and the time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce

from reconciler.controllers.canary import verdict
from reconciler.model.ids import Digest
from reconciler.model.kinds.deployments import Rollout
from reconciler.model.observed import Endpoint, Figures, RevisionState

AGAIN = timedelta(seconds=15)
"""How long a step waits for figures before it looks for them again."""
EARLY = 10
"""How many times fewer good revisions the gates may take back while a step is held: they look again and again then."""
UNCOUNTED = "nobody counts its requests, so the gates error_rate and p99_ms hold nothing back"


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next: new traffic, or wait until `wake`, or go back because of `failed`, or nothing when done."""

    message: str
    traffic: Mapping[Digest, int] | None = None
    wake: datetime | None = None
    failed: str = ""


def next_step(endpoint: Endpoint, revision: Digest, rollout: Rollout, now: datetime) -> Step:
    """Tell the next step of bringing all the traffic to a revision that is ready.

    Each step is held under the gates, the last one too while the former revision is there to go back to. A revision
    that is being returned to, with only newer ones beside it, gets everything at once and under no gates: their
    errors are not its own. A revision that doesn't answer keeps no traffic from one that does.
    """
    share, former = endpoint.traffic.get(revision, 0), former_revisions(endpoint, revision)
    others = {n: p for n, p in endpoint.traffic.items() if p and n != revision and is_ready(endpoint, n)}
    if share == 100:
        return (_held(endpoint, revision, rollout, now) if former else None) or Step("it has all the traffic")
    if not others:
        return Step("no other revision answers: it gets all the traffic", {revision: 100})
    if share and not others.keys() & former:
        return Step("it gets back all the traffic", {revision: 100})
    if share and (step := _held(endpoint, revision, rollout, now)):
        return step
    target = next(step for step in rollout.steps if step > share)
    few = f"; it had answered fewer than {rollout.minimum_requests} requests in the time that a step waits for them"
    passed = few if share and _is_thin(endpoint, revision, rollout) else ""
    message = f"{target} % of the traffic goes to {revision}{passed}"
    return Step(message, _divide(revision, target, others), now + rollout.hold)


def former_revisions(endpoint: Endpoint, revision: Digest) -> list[Digest]:
    """List the ready revisions that are no newer than one, first that with most traffic, then the newest."""
    earliest, latest = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    mine = endpoint.revisions.get(revision)
    until = (mine.started if mine else None) or latest
    began = {name: item.started or earliest for name, item in endpoint.revisions.items() if name != revision}
    ready = [name for name, moment in began.items() if moment <= until and is_ready(endpoint, name)]
    return sorted(ready, key=lambda name: (endpoint.traffic.get(name, 0), began[name], name), reverse=True)


def is_ready(endpoint: Endpoint, revision: Digest) -> bool:
    """Tell whether a revision is there and answers."""
    known = endpoint.revisions.get(revision)
    return known is not None and known.state is RevisionState.READY


def _held(endpoint: Endpoint, revision: Digest, rollout: Rollout, now: datetime) -> Step | None:
    """Hold the gates against a step, or wait until its time is over; None when it has passed.

    A step that nobody got in by, whose figures can't be read, or that too few requests have come by, hasn't passed when
    its time is over. Before that the gates ask for more certainty, as they look many times.
    """
    message = f"{endpoint.traffic[revision]} % of the traffic goes to {revision}"
    further = ", and no further" if endpoint.traffic[revision] < 100 else ", which isn't judged yet"
    due = (endpoint.since or now) + rollout.hold
    is_thin = _is_thin(endpoint, revision, rollout)
    may_judge = not is_thin or now >= due + rollout.patience
    alpha = round(1 - rollout.confidence, 12) / (1 if now >= due else EARLY)
    if endpoint.figures and may_judge and (reason := failing(endpoint, revision, rollout, alpha)):
        return Step(reason, failed=reason)
    waits = endpoint.blocked or (endpoint.figures.unread if endpoint.figures else "")
    if waits:
        return Step(f"{message}{further}: {waits}", wake=max(due, now + AGAIN))
    if now < due:
        return Step(message if endpoint.figures else f"{message}; {UNCOUNTED}", wake=due)
    if not may_judge:
        few = f"it has answered fewer than {rollout.minimum_requests} requests"
        return Step(f"{message}{further}: {few}", wake=min(due + rollout.patience, now + AGAIN))
    return None


def _is_thin(endpoint: Endpoint, revision: Digest, rollout: Rollout) -> bool:
    """Tell whether a revision has answered too little to be judged by."""
    if endpoint.figures is None:
        return False
    return endpoint.counted.get(revision, Figures()).requests < rollout.minimum_requests


def failing(endpoint: Endpoint, revision: Digest, rollout: Rollout, alpha: float) -> str:
    """Hold a revision's figures against its gates, and against those of the former ones that have traffic beside it.

    Args:
        endpoint: the endpoint with its figures.
        revision: the one that is judged.
        rollout: the gates.
        alpha: the share of good revisions that each gate may take for bad ones at this look.
    """
    former = [name for name in former_revisions(endpoint, revision) if endpoint.traffic.get(name)]
    beside = reduce(Figures.plus, (endpoint.counted.get(name, Figures()) for name in former), Figures())
    return verdict(endpoint.counted.get(revision, Figures()), beside, rollout, alpha)


def _divide(revision: Digest, share: int, others: Mapping[Digest, int]) -> dict[Digest, int]:
    """Give a revision its share and divide the rest as it was, in whole percents that add up to 100."""
    if share == 100:
        return {revision: 100}
    whole, rest = sum(others.values()), 100 - share
    divided = {name: part * rest // whole for name, part in sorted(others.items())}
    first = max(divided, key=lambda name: (divided[name], name))
    divided[first] += rest - sum(divided.values())
    return {name: part for name, part in divided.items() if part} | {revision: share}
