"""Promotions, model-checked: random histories keep the laws, and a broken controller is found to break them."""

import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from reconciler.controllers import promoting, promotions, proposals
from reconciler.controllers.approvals import Approval
from reconciler.model.change import Change, OpenProposal
from reconciler.model.decision import View
from tests.promotions import histories
from tests.promotions.histories import Promotions
from tests.shares import Hand

WHOLE, PART = 10_000, 1_000
STEPS = 30
"""Steps of one history."""


def play(count: int, phases: tuple[Phase, ...] = (Phase.generate, Phase.shrink)) -> None:
    """Play so many histories."""
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    options = settings(
        database=None, deadline=None, max_examples=count, stateful_step_count=STEPS, phases=phases,
        suppress_health_check=checks, print_blob=False,
    )  # fmt: skip
    run_state_machine_as_test(Promotions, settings=options)


@pytest.mark.timeout(1800)
def test_every_history_keeps_the_laws(share: Hand) -> None:
    """SETPOINT_HISTORIES=1000 plays so many."""
    play(int(os.environ.get("SETPOINT_HISTORIES", WHOLE if share.share.is_whole else PART)))


def _any_head(reviews: object, head: object, rule: object) -> Approval:
    found = _approval([replace(one, commit=head) for one in reviews], head, rule)  # type: ignore[arg-type]
    return found


_approval = promoting.approval


def _always(wanted: OpenProposal, _view: View) -> tuple[Change, ...]:
    return (wanted,)


@pytest.mark.parametrize(
    ("module", "name", "broken", "approval"),
    [
        (promoting, "approval", _any_head, "approvals"),
        (promoting, "propose_once", _always, "review"),
        (proposals, "close_others", lambda *_: (), "review"),
        (promotions, "failed", lambda _results: (), "auto"),
    ],
    ids=["approvals of any head", "declined is forgotten", "others stay open", "gates are passed"],
)
def test_a_controller_that_breaks_a_law_is_found(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, broken: object, approval: str
) -> None:
    monkeypatch.setattr(histories, "APPROVALS", [approval])
    monkeypatch.setattr(module, name, broken)
    with pytest.raises(AssertionError):
        play(3000, (Phase.generate,))
