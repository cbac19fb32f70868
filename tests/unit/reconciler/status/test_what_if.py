"""What would be if a pool were otherwise: told by the queue of its status, and by how long former runs took."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from reconciler.model.fairness.amounts import Amounts
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Pool
from reconciler.status.what_if import Outlook, Start, Wish, jobs_of, length_at, lengths_of, outlook, past

POOL, NOW = Address("pools/shared"), datetime(2026, 1, 5, tzinfo=UTC)
SPEC = Pool.model_validate({"capacity": {"cpus": 8, "gpus": 1}})


def at(seconds: float) -> str:
    return (NOW + timedelta(seconds=seconds)).isoformat()


def job(run: str, submitted: float, started: float | None = None, ended: float | None = None, **more: Any) -> Any:
    moments = {"submitted": submitted, "started": started, "ended": ended}
    state = "waiting" if started is None else "running" if ended is None else "succeeded"
    told = {"run": f"experiments/{run}", "team": "risk", "state": state, "needs": {"gpus": 1.0}, "timeout": 3600}
    return {**told, **{name: at(seconds) for name, seconds in moments.items() if seconds is not None}, **more}


FORMER = [job(f"a/{n}", -9000, -9000 + n, -9000 + n + 100 * n) for n in range(1, 6)]
"""Five that took 100 to 500 seconds."""


def seen(*jobs: Any, wish: Wish = Wish()) -> Outlook:  # noqa: B008 - it is frozen
    return outlook(POOL, SPEC, jobs_of(POOL, {"jobs": [*FORMER, *jobs]}), wish, NOW.timestamp())


def median(told: Start | str) -> float | None:
    return cast("Start", told).median


def test_a_run_starts_when_what_runs_ends_by_the_median_and_between_short_and_long() -> None:
    told = seen(job("a/r", -50, -50), job("a/w", -40))
    (one,) = told.waiting
    assert one.as_is == Start(50.0, 250.0, 450.0)
    assert one.known == 5
    assert told.as_is.used.gpus == pytest.approx(1.0)


def test_what_already_runs_is_held_against_those_that_took_longer() -> None:
    assert seen(job("a/r", -350, -350), job("a/w", -40)).waiting[0].as_is == Start(50.0, 150.0, 150.0)


def test_what_nobody_knows_is_unknown() -> None:
    told = seen(job("a/r", -600, -600), job("a/w", -40))
    assert told.waiting[0].as_is == Start(None, None, None)
    assert told.unknown == [RunName("experiments/a/r")]
    first = seen(job("new/r", 0, 0), job("a/w", 0))
    assert (median(first.waiting[0].as_is), first.unknown) == (None, [RunName("experiments/new/r")])


def test_a_wish_is_told_beside_what_is() -> None:
    (one,) = seen(job("a/r", -50, -50), job("a/w", -40), wish=Wish(more=Amounts(gpus=1.0))).waiting
    assert (median(one.as_is), median(one.as_wished)) == (250.0, 0.0)
    jobs = [job("a/r", -50, -50), job("a/w", -40), job("a/v", -30)]
    found = seen(*jobs, wish=Wish(first=RunName("experiments/a/v"))).waiting
    first = {str(one.ticket.run): median(one.as_wished) for one in found}
    assert first == {"experiments/a/w": 550.0, "experiments/a/v": 250.0}


def test_less_than_nothing_is_nothing_and_what_no_longer_fits_is_told() -> None:
    told = seen(job("a/w", -40), wish=Wish(more=Amounts(gpus=-5.0)))
    assert str(told.waiting[0].as_wished).startswith("asks for 1 gpu and pools/shared has 0 gpus")
    assert median(told.waiting[0].as_is) == 0
    assert Wish(more=Amounts(gpus=-5.0)).of(SPEC).capacity.gpus == 0


def test_another_weight_is_another_share() -> None:
    changed = Wish(team="risk", weight=3.0).of(SPEC)
    assert changed.teams["risk"].weight == 3.0
    assert SPEC.teams == {}


def test_the_past_is_replayed_beside_what_was() -> None:
    jobs = jobs_of(POOL, {"jobs": [job("a/1", -900, -900, -700), job("a/2", -890, -690, -600)]})
    told = past(POOL, SPEC, jobs, Wish(more=Amounts(gpus=1.0)))
    assert told
    assert (told.jobs, told.waits) == (2, {"risk": [(200.0, 200.0), (190.0, 190.0), (0.0, 0.0)]})
    assert past(POOL, SPEC, jobs[:1], Wish()) is None


@pytest.mark.parametrize(
    "odd",
    [
        3,
        {"run": 3},
        {**job("a/1", 0), "submitted": "yesterday"},
        {**job("a/1", 0), "submitted": "2026-01-05T00:00:00"},
        job("a/1", 0, needs=[1]),
        job("a/1", 0, needs={"gpus": "many"}),
        job("a/1", 0, needs={"gpus": float("nan")}),
        job("a/1", 0, timeout=-1),
    ],
)
def test_what_somebody_has_edited_is_passed_over(odd: Any) -> None:
    assert [one.ticket.run for one in jobs_of(POOL, {"jobs": [odd, job("a/2", 0)]})] == ["experiments/a/2"]
    assert jobs_of(POOL, {"jobs": odd}) == []


def test_only_what_succeeded_tells_how_long_runs_take() -> None:
    jobs = [job("a/1", 0, 0, 10), job("a/2", 0, 0, 99, state="failed"), job("b/3", 0, 0, 5)]
    assert lengths_of(jobs_of(POOL, {"jobs": jobs})) == {"experiments/a": [10.0], "experiments/b": [5.0]}
    assert length_at([], -1, 0.5) is None
    assert [length_at([1, 2, 3], -1, level) for level in (0.1, 0.5, 0.9)] == [1, 2, 3]
