"""Routes, model-checked: random histories keep the laws, and a broken controller is found to break them."""

import pytest
from hypothesis import Phase

from reconciler.controllers import admission, gates, promotion_case, replica
from reconciler.controllers.promotable import Pinned
from reconciler.model.decision import View
from reconciler.model.facts import PromotionFacts
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.resource import Resource
from tests.promotions.playing import how_many, passes, play
from tests.promotions.routes import Routes
from tests.shares import Hand

PORTIONS, WHOLE, PART = 10, 1_000, 6
"""Portions that workers can share, and histories of each: 10,000 in all."""


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("portion", range(PORTIONS))
def test_every_history_keeps_the_laws(share: Hand, portion: int) -> None:
    """SETPOINT_HISTORIES=1000 plays so many in each portion."""
    play(Routes, how_many(share, whole=WHOLE, part=PART))


def _forgetful(resource: Resource, spec: Promotion, live: Pinned | None, view: View) -> PromotionFacts:
    return {**_memory(resource, spec, live, view), "promoted": [live.run] if live else []}


_memory = promotion_case.memory


@pytest.mark.sweep
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("module", "name", "broken"),
    [
        (admission, "skipped", lambda *_: ""),
        (promotion_case, "memory", _forgetful),
        (gates, "_bounded", passes),
        (replica, "held", lambda *_: {}),
    ],
    ids=[
        "routes are for promotions alone",
        "what was live is forgotten",
        "gates are passed",
        "how slow a replica is passes",
    ],
)
def test_a_controller_that_breaks_a_law_is_found(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, broken: object
) -> None:
    monkeypatch.setattr(module, name, broken)
    with pytest.raises(AssertionError):
        play(Routes, 400, (Phase.generate,))
