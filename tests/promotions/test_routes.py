"""Routes, model-checked: random histories keep the laws, and a broken controller is found to break them."""

import pytest
from hypothesis import Phase

from reconciler.controllers import admission, promotion_case, promotions
from tests.promotions.playing import how_many, play
from tests.promotions.routes import Routes
from tests.shares import Hand

WHOLE, PART = 1_000, 60


@pytest.mark.timeout(1800)
def test_every_history_keeps_the_laws(share: Hand) -> None:
    """SETPOINT_HISTORIES=1000 plays so many."""
    play(Routes, how_many(share, whole=WHOLE, part=PART))


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("module", "name", "broken"),
    [
        (admission, "skipped", lambda *_: ""),
        (promotion_case, "REMEMBERED", 0),
        (promotions, "failed", lambda _results: ()),
    ],
    ids=["routes are for promotions alone", "what was live is forgotten", "gates are passed"],
)
def test_a_controller_that_breaks_a_law_is_found(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, broken: object
) -> None:
    monkeypatch.setattr(module, name, broken)
    with pytest.raises(AssertionError):
        play(Routes, 400, (Phase.generate,))
