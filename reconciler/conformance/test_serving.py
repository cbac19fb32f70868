"""What every engine of serving promises; once as it is, once with a daemon that dies after every call."""

from collections.abc import Callable, Iterator

import pytest

from reconciler.conformance.servings import Reborn, ServingBench, wait_for
from reconciler.model.errors import Refused
from reconciler.model.ids import Address, Digest
from reconciler.model.kinds.deployments import Replicas
from reconciler.model.observed import Revision, RevisionState
from reconciler.ports.serving import LOG_LIMIT, ServingEngine

DEPLOYMENT = Address("deployments/employment")
OLD, NEW = Digest("0123456789ab"), Digest("ba9876543210")
ONE = Replicas()


@pytest.fixture
def bench(make_bench: Callable[[], ServingBench]) -> Iterator[ServingBench]:
    bench = make_bench()
    yield bench
    bench.close()


@pytest.fixture(params=["lasting", pytest.param("reborn", marks=pytest.mark.sweep)])
def serving(request: pytest.FixtureRequest, bench: ServingBench) -> ServingEngine:
    return bench.open() if request.param == "lasting" else Reborn(bench.open)


def started(bench: ServingBench, serving: ServingEngine, *revisions: Digest, replicas: Replicas = ONE) -> None:
    """Start revisions and wait until they are ready."""
    for revision in revisions:
        serving.start(bench.order(DEPLOYMENT, revision, replicas))
    for revision in revisions:
        wait_for(
            bench,
            serving,
            lambda told, revision=revision: told[DEPLOYMENT].revisions[revision].state is RevisionState.READY,  # type: ignore[misc]
            f"{revision} ready",
        )


def revision_of(serving: ServingEngine, revision: Digest = OLD) -> Revision:
    return serving.list()[DEPLOYMENT].revisions[revision]


def test_at_first_there_is_nothing(serving: ServingEngine) -> None:
    assert dict(serving.list()) == {}


def test_a_revision_starts_without_traffic_and_becomes_ready(bench: ServingBench, serving: ServingEngine) -> None:
    order = bench.order(DEPLOYMENT, OLD, Replicas(minimum=1, maximum=2, target_rps=50))
    serving.start(order)
    endpoint = serving.list()[DEPLOYMENT]
    assert endpoint.deployment == DEPLOYMENT
    assert dict(endpoint.traffic) == {}
    assert endpoint.revisions[OLD].state in (RevisionState.STARTING, RevisionState.READY)
    started(bench, serving, OLD)
    found = revision_of(serving)
    assert (found.digest, found.trial, found.ready) == (OLD, order.trial, 1)
    assert found.url
    assert found.started
    assert serving.list()[DEPLOYMENT].url


def test_starting_twice_is_starting_once(bench: ServingBench, serving: ServingEngine) -> None:
    started(bench, serving, OLD)
    before = revision_of(serving)
    serving.start(bench.order(DEPLOYMENT, OLD, ONE))
    after = revision_of(serving)
    assert (after.state, after.url, after.started, after.scale) == (
        before.state,
        before.url,
        before.started,
        before.scale,
    )


def test_only_the_bounds_of_a_revision_change(bench: ServingBench, serving: ServingEngine) -> None:
    started(bench, serving, OLD)
    before = revision_of(serving)
    serving.start(bench.order(DEPLOYMENT, OLD, Replicas(minimum=1, maximum=2, target_rps=75)))
    after = revision_of(serving)
    assert after.scale == (1, 2, 75.0)
    assert (after.state, after.started) == (before.state, before.started)


def test_a_model_that_doesn_t_load_fails_with_a_reason(bench: ServingBench, serving: ServingEngine) -> None:
    serving.start(bench.order(DEPLOYMENT, OLD, ONE, is_broken=True))
    wait_for(bench, serving, lambda t: t[DEPLOYMENT].revisions[OLD].state is RevisionState.FAILED, "failed")
    assert revision_of(serving).reason
    with pytest.raises(Refused):
        serving.route(DEPLOYMENT, {OLD: 100})


def test_traffic_goes_where_it_is_routed(bench: ServingBench, serving: ServingEngine) -> None:
    started(bench, serving, OLD, NEW)
    serving.route(DEPLOYMENT, {OLD: 100})
    assert dict(serving.list()[DEPLOYMENT].traffic) == {OLD: 100}
    serving.route(DEPLOYMENT, {OLD: 90, NEW: 10})
    assert dict(serving.list()[DEPLOYMENT].traffic) == {OLD: 90, NEW: 10}
    serving.route(DEPLOYMENT, {NEW: 100})
    endpoint = serving.list()[DEPLOYMENT]
    assert dict(endpoint.traffic) == {NEW: 100}
    assert endpoint.since


def test_a_key_divides_until_the_traffic_changes_or_is_refused(bench: ServingBench, serving: ServingEngine) -> None:
    started(bench, serving, OLD, NEW)
    serving.route(DEPLOYMENT, {OLD: 100})
    try:
        serving.route(DEPLOYMENT, {OLD: 90, NEW: 10}, "X-User")
    except Refused:
        assert dict(serving.list()[DEPLOYMENT].traffic) == {OLD: 100}
        return
    endpoint = serving.list()[DEPLOYMENT]
    assert (dict(endpoint.traffic), endpoint.key) == ({OLD: 90, NEW: 10}, "X-User")
    bench.pass_time()
    serving.route(DEPLOYMENT, {OLD: 90, NEW: 10}, "X-User")
    assert serving.list()[DEPLOYMENT].since == endpoint.since
    serving.route(DEPLOYMENT, {NEW: 100})
    assert serving.list()[DEPLOYMENT].key == ""


def test_routing_twice_is_routing_once(bench: ServingBench, serving: ServingEngine) -> None:
    started(bench, serving, OLD)
    serving.route(DEPLOYMENT, {OLD: 100})
    since = serving.list()[DEPLOYMENT].since
    bench.pass_time()
    serving.route(DEPLOYMENT, {OLD: 100})
    assert serving.list()[DEPLOYMENT].since == since


@pytest.mark.parametrize(
    "traffic", [{OLD: 99}, {OLD: 60, NEW: 60}, {}, {NEW: 100}, {OLD: 50, NEW: 50}, {OLD: 150, NEW: -50}]
)
def test_traffic_that_can_t_be_is_refused(
    bench: ServingBench, serving: ServingEngine, traffic: dict[Digest, int]
) -> None:
    started(bench, serving, OLD)
    serving.route(DEPLOYMENT, {OLD: 100})
    with pytest.raises(Refused):
        serving.route(DEPLOYMENT, traffic)
    assert dict(serving.list()[DEPLOYMENT].traffic) == {OLD: 100}


def test_an_endpoint_that_isn_t_there_gets_no_traffic(serving: ServingEngine) -> None:
    with pytest.raises(Refused):
        serving.route(DEPLOYMENT, {OLD: 100})
    assert dict(serving.list()) == {}


def test_a_revision_is_stopped(bench: ServingBench, serving: ServingEngine) -> None:
    started(bench, serving, OLD, NEW)
    serving.route(DEPLOYMENT, {NEW: 100})
    serving.stop(DEPLOYMENT, OLD)
    serving.stop(DEPLOYMENT, OLD)
    wait_for(bench, serving, lambda told: set(told[DEPLOYMENT].revisions) == {NEW}, "stopped")
    assert dict(serving.list()[DEPLOYMENT].traffic) == {NEW: 100}


def test_a_stopped_revision_can_be_started_anew(bench: ServingBench, serving: ServingEngine) -> None:
    started(bench, serving, OLD, NEW)
    serving.route(DEPLOYMENT, {NEW: 100})
    serving.stop(DEPLOYMENT, OLD)
    wait_for(bench, serving, lambda told: set(told[DEPLOYMENT].revisions) == {NEW}, "stopped")
    started(bench, serving, OLD)
    serving.route(DEPLOYMENT, {OLD: 100})


def test_stopping_what_isn_t_there_is_fine(serving: ServingEngine) -> None:
    serving.stop(DEPLOYMENT, OLD)
    assert dict(serving.list()) == {}


def test_an_endpoint_goes_with_all_its_revisions(bench: ServingBench, serving: ServingEngine) -> None:
    started(bench, serving, OLD)
    serving.route(DEPLOYMENT, {OLD: 100})
    serving.delete(DEPLOYMENT)
    serving.delete(DEPLOYMENT)
    wait_for(bench, serving, lambda told: not told, "gone")


def test_listings_are_complete(bench: ServingBench, serving: ServingEngine) -> None:
    deployments = [Address(f"deployments/d{number}") for number in range(3)]
    for deployment in deployments:
        serving.start(bench.order(deployment, OLD, ONE))
        serving.start(bench.order(deployment, NEW, ONE))
    listing = serving.list()
    assert set(listing) == set(deployments)
    assert all(set(endpoint.revisions) == {OLD, NEW} for endpoint in listing.values())


def test_settling_tells_whether_anything_changed(bench: ServingBench) -> None:
    serving = bench.open()
    started(bench, serving, OLD)
    while serving.settle():
        bench.pass_time()
    assert not serving.settle()


def test_what_replicas_print_is_there_to_read(bench: ServingBench, serving: ServingEngine) -> None:
    started(bench, serving, OLD, NEW, replicas=Replicas(minimum=2, maximum=2))
    trial = revision_of(serving).trial

    def are_all_read(_told: object) -> bool:
        texts = serving.logs(DEPLOYMENT, OLD).values()
        return len(texts) == 2 and all(trial in text for text in texts)

    wait_for(bench, serving, are_all_read, "told by both replicas")
    assert sum(len(text.encode()) for text in serving.logs(DEPLOYMENT, OLD).values()) <= LOG_LIMIT
    assert not serving.logs(DEPLOYMENT, OLD).keys() & serving.logs(DEPLOYMENT, NEW).keys()


def test_a_model_that_doesn_t_load_leaves_a_log_too(bench: ServingBench, serving: ServingEngine) -> None:
    serving.start(bench.order(DEPLOYMENT, OLD, ONE, is_broken=True))
    wait_for(bench, serving, lambda t: t[DEPLOYMENT].revisions[OLD].state is RevisionState.FAILED, "failed")
    assert len(serving.logs(DEPLOYMENT, OLD)) == 1


def test_what_isn_t_there_has_no_log(bench: ServingBench, serving: ServingEngine) -> None:
    with pytest.raises(FileNotFoundError):
        serving.logs(DEPLOYMENT, OLD)
    serving.start(bench.order(DEPLOYMENT, OLD, ONE))
    with pytest.raises(FileNotFoundError):
        serving.logs(DEPLOYMENT, NEW)
