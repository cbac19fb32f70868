"""Promotions, model-checked: random histories keep the laws, and a broken controller is found to break them."""

from dataclasses import replace

import pytest
from hypothesis import Phase

from reconciler.controllers import gates, promoting, proposals, webhooks
from reconciler.controllers.approvals import Approval
from reconciler.controllers.webhooks import Said
from reconciler.model.change import Change, OpenProposal
from reconciler.model.decision import View
from tests.promotions import histories
from tests.promotions.histories import Promotions
from tests.promotions.playing import how_many, passes, play
from tests.shares import Hand

WHOLE, PART = 10_000, 1_000


@pytest.mark.timeout(1800)
def test_every_history_keeps_the_laws(share: Hand) -> None:
    """SETPOINT_HISTORIES=1000 plays so many."""
    play(Promotions, how_many(share, whole=WHOLE, part=PART))


def _any_head(reviews: object, head: object, *rest: object) -> Approval:
    found = _approval([replace(one, commit=head) for one in reviews], head, *rest)  # type: ignore[arg-type]
    return found


_approval = promoting.approval


def _always(wanted: OpenProposal, _view: View) -> tuple[Change, ...]:
    return (wanted,)


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("module", "name", "broken", "approval"),
    [
        (promoting, "approval", _any_head, "approvals"),
        (promoting, "_teams", lambda _case: {}, "team"),
        (promoting, "propose_once", _always, "review"),
        (proposals, "close_others", lambda *_: (), "review"),
        (gates, "_bounded", passes, "auto"),
        (promoting, "said", lambda *_: Said(), "auto"),
        (webhooks, "_question", lambda *_: "about any head", "auto"),
    ],
    ids=[
        "approvals of any head",
        "who left a team",
        "declined is forgotten",
        "others stay open",
        "gates are passed",
        "services aren't waited for",
        "a pass holds for any head",
    ],
)
def test_a_controller_that_breaks_a_law_is_found(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, broken: object, approval: str
) -> None:
    monkeypatch.setattr(histories, "APPROVALS", [approval])
    monkeypatch.setattr(module, name, broken)
    with pytest.raises(AssertionError):
        play(Promotions, 3000, (Phase.generate,))
