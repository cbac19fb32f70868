"""What didn't change is neither asked for nor read again; what couldn't be read is not absent."""

import time
from datetime import UTC, datetime

import pytest

from reconciler.kubernetes import Kubernetes
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.observed import RevisionState
from reconciler.providers.serving.kserve.reading import Reading
from reconciler.providers.serving.kserve.writing import Writing
from tests.unit.reconciler.kubernetes.apiserver import Fault
from tests.unit.reconciler.providers.serving.kserve.conftest import Stage
from tests.unit.reconciler.providers.serving.kserve.told import BEHIND, NAMESPACE, NEW, OLD, OPTIONS, order

NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)


@pytest.fixture
def reading(kubernetes: Kubernetes) -> Reading:
    writing = Writing(kubernetes, NAMESPACE, OPTIONS)
    writing.put(order(OLD))
    writing.put(order(NEW))
    return Reading(kubernetes, NAMESPACE, OPTIONS)


def settled(stage: Stage) -> None:
    stage.become_ready(OLD)
    stage.become_ready(NEW)


def test_a_second_look_costs_no_call(reading: Reading, stage: Stage) -> None:
    settled(stage)
    first = reading.revisions(NOW)
    reading.ways()
    assert stage.asked(lambda: (reading.revisions(NOW), reading.ways())) == []
    assert [one.revision.digest for one in first] == [OLD, NEW]


def test_what_didn_t_change_is_the_same_value(reading: Reading, stage: Stage) -> None:
    settled(stage)
    first = {one.name: one for one in reading.revisions(NOW)}
    reading.ways()
    assert not reading.has_news()
    stage.become_ready(NEW, copies=2)
    deadline = time.monotonic() + 10
    second = first
    while all(first[name] is second[name] for name in first):  # a watch that ends is news too, of nothing
        assert time.monotonic() < deadline, "no news came"
        if reading.has_news():
            second = {one.name: one for one in reading.revisions(NOW)}
    assert [first[name] is second[name] for name in sorted(first)] == [True, False]


def test_pods_are_listed_only_while_something_doesn_t_answer(reading: Reading, stage: Stage) -> None:
    assert stage.asked(lambda: reading.revisions(NOW)).count("GET pods") == 2, "a list and a watch"
    settled(stage)
    reading.spoil()
    assert "GET pods" not in stage.asked(lambda: reading.revisions(NOW))


def test_a_name_is_known_from_the_last_listing_or_asked_for(reading: Reading, stage: Stage) -> None:
    known = reading.known("employment-0123456789ab")
    assert known
    assert known.revision.state is RevisionState.STARTING
    assert reading.known("nothing") is None
    reading.revisions(NOW)
    assert stage.asked(lambda: reading.known("employment-0123456789ab")) == []


def test_news_of_every_kind_is_news_once(reading: Reading, stage: Stage) -> None:
    settled(stage)
    reading.revisions(NOW)
    reading.ways()
    assert not reading.has_news()
    reading.spoil()
    assert reading.has_news()
    assert not reading.has_news()


@pytest.mark.parametrize("fault", [Fault(500), Fault(429), Fault(200, b'{"items": [', {}), Fault(hangs_up=True)])
def test_a_list_that_fails_is_not_empty(reading: Reading, stage: Stage, fault: Fault) -> None:
    stage.server.faults = [fault, fault]
    with pytest.raises(Unavailable):
        reading.revisions(NOW)


def test_a_missing_right_is_named(reading: Reading, stage: Stage) -> None:
    stage.server.forbidden.add(("GET", "services"))
    with pytest.raises(Refused) as refused:
        reading.ways()
    assert '"services"' in refused.value.hint


def test_routes_are_read_only_behind_gateways(kubernetes: Kubernetes, stage: Stage) -> None:
    behind = Reading(kubernetes, NAMESPACE, BEHIND)
    assert [call for call in stage.asked(behind.ways) if "httproutes" in call]
    plain = Reading(kubernetes, NAMESPACE, OPTIONS)
    assert not [call for call in stage.asked(plain.ways) if "httproutes" in call]
