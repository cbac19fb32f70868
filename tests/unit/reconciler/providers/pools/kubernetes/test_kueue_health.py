"""Kueue's pulse: felt rarely, by a write that changes nothing, and only where there is something to rehearse."""

import pytest

from reconciler.kubernetes import Kubernetes, find_access
from reconciler.providers.pools.kubernetes import kinds
from reconciler.providers.pools.kubernetes.kueue_health import EVERY, SILENCE, Pulse
from reconciler.providers.pools.kubernetes.queues import Piece
from tests.unit.reconciler.kubernetes.apiserver import Fault
from tests.unit.reconciler.providers.pools.kubernetes.conftest import Stage

FLAVOR = {"metadata": {"name": "ml.shared.any", "labels": {"a": "b"}, "uid": "u1"}, "spec": {}}
POOLS = [[Piece(kinds.FLAVORS, FLAVOR)]]


class Hand:
    """A clock whose hand the test moves."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def pulse(stage: Stage, hand: Hand) -> Pulse:
    return Pulse(Kubernetes(find_access(str(stage.kubeconfig))), hand)


def test_it_is_felt_rarely_and_changes_nothing(stage: Stage, pulse: Pulse, hand: Hand) -> None:
    for _ in range(3):
        assert pulse.silence(POOLS) == ""
    (asked,) = stage.server.asked
    assert (asked.method, asked.query["dryRun"], asked.body["metadata"]) == (
        "PATCH",
        "All",
        {"name": "ml.shared.any", "labels": {"a": "b"}},
    )
    assert stage.things("resourceflavors") == []
    hand.seconds += EVERY
    pulse.silence(POOLS)
    assert len(stage.server.asked) == 2


def test_a_silence_is_told_until_it_answers(stage: Stage, pulse: Pulse, hand: Hand) -> None:
    stage.server.faults = [Fault(status=500)]
    assert [pulse.silence(POOLS), pulse.silence(POOLS)] == [SILENCE, SILENCE]
    hand.seconds += EVERY
    assert pulse.silence(POOLS) == ""


def test_who_may_not_ask_knows_nothing(stage: Stage, pulse: Pulse) -> None:
    stage.server.forbidden.add(("PATCH", "resourceflavors"))
    assert pulse.silence(POOLS) == ""


def test_without_a_pool_nothing_is_asked(stage: Stage, pulse: Pulse) -> None:
    assert pulse.silence([[]]) == ""
    assert stage.asked() == []
