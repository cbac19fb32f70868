"""Decisions and what a controller sees."""

import pytest

from reconciler.model.decision import Phase, View
from reconciler.model.observed import Actual
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS


def view(seen: Actual) -> View:
    return stage.view(stage.desired(), seen)


def test_facts_are_those_of_the_last_status() -> None:
    assert view(stage.actual(facts={LOANS: {"version": "x"}})).recorded_facts(LOANS) == {"version": "x"}
    assert view(stage.actual()).recorded_facts(LOANS) == {}


@pytest.mark.parametrize("document", [{}, {"facts": None}, {"facts": ["by hand"]}, {"facts": "by hand"}])
def test_a_status_that_somebody_changed_by_hand_has_no_facts(document: dict[str, object]) -> None:
    assert view(Actual(stage.NOW, recorded={LOANS: document})).recorded_facts(LOANS) == {}


def test_a_request_is_an_operators() -> None:
    assert view(stage.actual(controls=stage.requested(LOANS, stage.NOW))).requested(LOANS) == stage.NOW
    assert view(stage.actual()).requested(LOANS) is None


def test_phases_are_the_words_of_the_status() -> None:
    assert [phase.value for phase in Phase] == ["ready", "reconciling", "waiting", "stalled"]
