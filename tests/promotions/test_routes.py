"""Routes, model-checked: random histories keep the laws, and a broken controller is found to break them."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from reconciler.controllers import deployments, promotion_case, promotions
from tests.promotions.routes import Routes
from tests.shares import Hand

WHOLE, PART = 1_000, 60
STEPS = 30
"""Steps of one history."""


def play(count: int, phases: tuple[Phase, ...] = (Phase.generate, Phase.shrink)) -> None:
    """Play so many histories."""
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    options = settings(
        database=None, deadline=None, max_examples=count, stateful_step_count=STEPS, phases=phases,
        suppress_health_check=checks, print_blob=False,
    )  # fmt: skip
    run_state_machine_as_test(Routes, settings=options)


@pytest.mark.timeout(1800)
def test_every_history_keeps_the_laws(share: Hand) -> None:
    """SETPOINT_HISTORIES=1000 plays so many."""
    play(int(os.environ.get("SETPOINT_HISTORIES", WHOLE if share.share.is_whole else PART)))


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("module", "name", "broken"),
    [
        (deployments, "skipped", lambda *_: ""),
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
        play(400, (Phase.generate,))
