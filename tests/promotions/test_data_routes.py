"""Data along routes, model-checked: random histories keep the laws, and a broken controller is found to break them."""

import pytest
from hypothesis import Phase

from reconciler.controllers import following, gates, pinned, promotion_case, proposals
from reconciler.controllers.promotable import Pinned
from reconciler.controllers.promotion_case import Case
from reconciler.controllers.promotion_route import Proof, Stage
from reconciler.model.decision import View
from reconciler.model.facts import PromotionFacts
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.resource import Resource
from tests.promotions import data_routes
from tests.promotions.data_routes import FORGED, DataRoutes
from tests.promotions.playing import how_many, passes, play
from tests.shares import Hand

PORTIONS, WHOLE, PART = 10, 1_000, 6
"""Portions that workers can share, and histories of each: 10,000 in all."""


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("portion", range(PORTIONS))
def test_every_history_keeps_the_laws(share: Hand, portion: int) -> None:
    """SETPOINT_HISTORIES=1000 plays so many in each portion."""
    play(DataRoutes, how_many(share, whole=WHOLE, part=PART))


def _forgetful(resource: Resource, spec: Promotion, live: Pinned | None, view: View) -> PromotionFacts:
    return {**_memory(resource, spec, live, view), "promoted": [live.run] if live else [], "contents": {}}


_memory = promotion_case.memory


def _soaked(_case: Case, stage: Stage) -> Proof:
    return Proof(tuple(stage.served))


@pytest.mark.timeout(600)
@pytest.mark.sweep
@pytest.mark.parametrize(
    ("module", "name", "broken", "approval"),
    [
        (pinned, "skipped", lambda *_: "", "review"),
        (pinned, "routes", lambda *_: {}, "review"),
        (promotion_case, "memory", _forgetful, "auto"),
        (gates, "_bounded", passes, "auto"),
        (following, "proof", _soaked, "auto"),
        (pinned, "content_of", lambda *_: FORGED, "review"),
        (proposals, "close_others", lambda *_: (), "review"),
    ],
    ids=[
        "routes are for promotions alone",
        "what comes by a route is pulled, too",
        "what was pinned is forgotten",
        "gates are passed",
        "nothing soaks",
        "any content is believed",
        "others stay open",
    ],
)
def test_a_controller_that_breaks_a_law_is_found(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, broken: object, approval: str
) -> None:
    monkeypatch.setattr(data_routes, "APPROVALS", [approval])
    monkeypatch.setattr(module, name, broken)
    with pytest.raises(AssertionError):
        play(DataRoutes, 400, (Phase.generate,))
