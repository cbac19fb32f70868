"""Pools: who uses what, over time, and what waits and why."""

from typing import Any

import pytest

from reconciler.web.pages.tables import Link
from reconciler.web.pages.use import HEIGHT, LEFT, WIDTH, meter, pools, waiting
from tests.unit.reconciler.web.pages.conftest import DOCUMENTS, HOSTILE, TRIAL, document, made

POOL = DOCUMENTS["pools/shared"]


def test_a_pool_tells_its_teams_and_draws_its_use() -> None:
    (pool,) = pools(made({"pools/shared": POOL}))
    assert pool.teams.rows[0] == ("risk", "1", "2", "1 cpus, 2 GiB of memory", "")
    assert pool.meter
    assert [team for team, _, _ in pool.meter.teams] == [HOSTILE, "risk"]
    assert pool.meter.teams[1][2] == "0.0333 cpu hours"
    assert all(x >= LEFT and x + w <= WIDTH and y >= 0 and y + h <= HEIGHT for x, y, w, h, _, _ in pool.meter.bars)
    first, second = (bar for bar in pool.meter.bars if bar[5].startswith("risk"))
    assert first[3] == pytest.approx(3 * second[3], rel=0.01)


@pytest.mark.parametrize(
    "odd", [{"slots": 3}, {"unit": "cpus", "of": "many", "slot": 60, "since": "x", "now": {}, "slots": {}}]
)
def test_a_meter_that_somebody_has_edited_isnt_drawn(odd: dict[str, Any]) -> None:
    (pool,) = pools(made({"pools/shared": document(meter=odd)}))
    assert pool.meter is None


def test_a_pool_that_was_never_used_for_longer_than_an_instant_is_drawn_too() -> None:
    told = POOL["facts"]["meter"]
    assert meter({**told, "slots": {}}).bars == []


def test_what_waits_is_told_with_the_reason_trials_one_by_one() -> None:
    board = [{"run": TRIAL, "stage": "waiting", "message": "waits for 1 cpu"}, {"run": "x", "stage": "running"}]
    one = made(
        {
            "experiments/loans": document("reconciling", leaderboard=board),
            "promotions/loans": document("waiting", "experiments/loans is not ready yet"),
            "deployments/loans": document("reconciling", "smoke test: waits for 1 cpu"),
            "datasets/loans": document(),
        }
    )
    assert waiting(one).rows == [
        (Link("deployments/loans", "deployments/loans"), "smoke test: waits for 1 cpu"),
        (Link(TRIAL, TRIAL), "waits for 1 cpu"),
        (Link("promotions/loans", "promotions/loans"), "experiments/loans is not ready yet"),
    ]
