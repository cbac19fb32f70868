"""How the month must end: the world, and the status branch, as the last commit describes."""

from collections.abc import Iterator

from reconciler.controllers.deployments import revision_of
from reconciler.loop.cycle import Pass
from reconciler.model.decision import Decision, Phase
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.kinds.pools import Pool
from tests.soak.repository import ENVIRONMENT, InGit

PEOPLE = frozenset({"WaitsForReview", "Suspended", "NoModel", "WaitsForUpstream"})
"""What waits only for people, or for what does."""


def astray(done: Pass, place: InGit) -> list[str]:
    """Tell what isn't as the commit of a last pass describes."""
    return [*_unread(done, place), *_phase(done), *_serving(done), *_recorded(done, place)]


def _unread(done: Pass, place: InGit) -> Iterator[str]:
    if done.plan.commit != place.source().head():
        yield f"the last pass was on {done.plan.commit}, which isn't the newest commit"
    yield from (f"{port} can't be read: {why}" for port, why in done.actual.unread.items())
    yield from map(str, done.desired.all_problems())


def _phase(done: Pass) -> Iterator[str]:
    for address in done.desired.resources.keys() ^ done.plan.decisions.keys():
        yield f"{address} is desired or decided on, and not both"
    for address, decision in done.plan.decisions.items():
        if not _is_right(decision):
            yield f"{address} is {decision.phase}, {decision.reason}: {decision.message}"


def _is_right(decision: Decision) -> bool:
    return decision.phase is Phase.READY or (decision.phase is Phase.WAITING and decision.reason in PEOPLE)


def _serving(done: Pass) -> Iterator[str]:
    pinned = {a: spec for a, spec in done.desired.of_kind(Deployment).items() if spec.model}
    for address in done.actual.endpoints.keys() ^ pinned.keys():
        yield f"{address} is pinned or served, and not both"
    for address, spec in pinned.items():
        assert spec.model is not None
        revision, endpoint = revision_of(spec, spec.model), done.actual.endpoints.get(address)
        if endpoint and dict(endpoint.traffic) != {revision: 100}:
            yield f"{address} sends its traffic to {dict(endpoint.traffic)}, not to {revision}"
    for address, pool in done.desired.of_kind(Pool).items():
        if done.actual.pool.pools.get(address) != pool:
            yield f"{address} is not as its spec says"


def _recorded(done: Pass, place: InGit) -> Iterator[str]:
    files = place.status(ENVIRONMENT).read().files
    told = {path.removeprefix("status/").removesuffix(".yaml") for path in files if path.startswith("status/")}
    yield from (f"the status tells of {address}, or doesn't" for address in told ^ set(done.desired.resources))
