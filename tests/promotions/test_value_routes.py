"""Values along routes, model-checked: random histories keep the laws, and a broken controller is found to break one."""

from dataclasses import replace

import pytest
from hypothesis import Phase

from reconciler.controllers import following, gates, promotion_case, proposals, routed_values, value_promotions
from reconciler.controllers.promotion_case import Candidate, Case
from reconciler.controllers.promotion_route import Proof, Stage
from reconciler.controllers.served import Served
from reconciler.model.decision import Decision
from tests.promotions import value_routes
from tests.promotions.playing import how_many, passes, play
from tests.promotions.value_routes import ValueRoutes
from tests.shares import Hand

PORTIONS, WHOLE, PART = 10, 1_000, 6
"""Portions that workers can share, and histories of each: 10,000 in all."""


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("portion", range(PORTIONS))
def test_every_history_keeps_the_laws(share: Hand, portion: int) -> None:
    """SETPOINT_HISTORIES=1000 plays so many in each portion."""
    play(ValueRoutes, how_many(share, whole=WHOLE, part=PART))


def _soaked(_case: Case, stage: Stage) -> Proof:
    return Proof(tuple(stage.served))


_values = value_promotions._values


def _unheard(case: Case, served: Served) -> Candidate | Decision:
    """Take what the specs of dev say, whatever its status tells to be in force."""
    said = case.view.desired.promoted[case.address].before["dev"].said
    return _values(case, replace(served, digest=said.digest) if said else served)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("module", "name", "broken", "approval"),
    [
        (routed_values, "skipped_values", lambda *_: "", "review"),
        (routed_values, "_was_in_force", lambda *_: True, "review"),
        (promotion_case, "_taken_back", lambda *_: [], "auto"),
        (promotion_case, "_follows", lambda *_: True, "auto"),
        (gates, "_bounded", passes, "auto"),
        (following, "proof", _soaked, "auto"),
        (value_promotions, "_values", _unheard, "auto"),
        (proposals, "close_others", lambda *_: (), "review"),
    ],
    ids=[
        "routes are for promotions alone",
        "all is taken to have been in force before",
        "what was taken back is forgotten",
        "whatever gives way follows",
        "gates are passed",
        "nothing soaks",
        "what dev says is taken to be in force there",
        "others stay open",
    ],
)
def test_a_controller_that_breaks_a_law_is_found(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, broken: object, approval: str
) -> None:
    monkeypatch.setattr(value_routes, "APPROVALS", [approval])
    monkeypatch.setattr(module, name, broken)
    with pytest.raises(AssertionError):
        play(ValueRoutes, 400, (Phase.generate,))
