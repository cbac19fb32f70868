"""People: what they do beside a daemon, which then finds it."""

import pytest

from reconciler.model.decision import Decision
from reconciler.model.ids import Address
from reconciler.providers.memory.faults import Faults
from reconciler.simulation.life import Life
from reconciler.simulation.machine import Machine
from reconciler.simulation.people import ACTS
from tests.unit.reconciler.simulation.sample import sample

DATASET, DEPLOYMENT, PROMOTION = (
    Address("datasets/employment"),
    Address("deployments/employment"),
    Address("promotions/employment"),
)


@pytest.fixture
def life() -> Life:
    found = Life(("prod",), lambda _: Faults(3, rate=0.0))
    found.commit(sample(), "begin")
    found.rest()
    return found


def decision(life: Life, address: Address) -> Decision:
    done = life.rest()
    assert done is not None
    return done[0].plan.decisions[address]


def act(life: Life, word: str, address: Address) -> Machine:
    ACTS[word](life.machines[0], address)
    return life.machines[0]


def test_what_is_suspended_waits_until_it_is_resumed(life: Life) -> None:
    act(life, "suspend", DATASET)
    assert decision(life, DATASET).reason == "Suspended"
    act(life, "resume", DATASET)
    assert decision(life, DATASET).reason == "Accepted"


def test_what_is_asked_for_is_made_anew_and_named_by_the_time(life: Life) -> None:
    before = decision(life, DATASET).facts["run"]
    assert DATASET in act(life, "reconcile", DATASET).scheduled
    assert decision(life, DATASET).facts["run"] != before


def test_a_reviewer_merges(life: Life) -> None:
    assert decision(life, DEPLOYMENT).reason == "NoModel"
    act(life, "merge", PROMOTION)
    assert decision(life, DEPLOYMENT).reason == "Serving"


def test_a_reviewer_declines(life: Life) -> None:
    act(life, "decline", PROMOTION)
    assert decision(life, PROMOTION).reason == "Declined"


def test_nothing_to_review_is_fine(life: Life) -> None:
    act(life, "merge", DATASET)
    act(life, "decline", DATASET)
    assert decision(life, PROMOTION).reason == "WaitsForReview"
