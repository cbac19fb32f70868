"""Replays: queues go on by admission itself, and what nobody knows is left open."""

from typing import Any

import pytest

from reconciler.model.fairness.amounts import Amounts
from reconciler.model.fairness.queues import Ticket
from reconciler.model.fairness.replay import Assumed, Replayed, replay
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Pool

POOL = Address("pools/shared")
NOW = 1_000_000.0


def job(run: str, seconds: float | None = 100.0, **parts: Any) -> Assumed:
    """Return a job of one GPU that was submitted just now."""
    parts = {"team": "risk", "demand": Amounts(gpus=1.0), "timeout": 3600.0, "submitted": NOW, **parts}
    return Assumed(Ticket(RunName(run), POOL, **parts), seconds)


def gone(*jobs: Assumed, gpus: int = 1, first: str | None = None, **spec: Any) -> Replayed:
    told = Pool.model_validate({"capacity": {"cpus": 4, "gpus": gpus}, **spec})
    return replay(POOL, told, jobs, NOW, RunName(first) if first else None)


def starts(told: Replayed) -> dict[str, float]:
    return {str(run): at - NOW for run, at in told.starts.items()}


def test_jobs_follow_each_other_as_room_is_made() -> None:
    told = gone(job("r", 50, admitted=NOW - 20), job("a"), job("b", 10, submitted=NOW + 1))
    assert starts(told) == {"a": 30.0, "b": 130.0}
    assert told.until == NOW + 140
    assert told.used.gpus == pytest.approx(1.0)


def test_more_room_starts_them_sooner_and_is_used_less() -> None:
    told = gone(job("a"), job("b", 50), gpus=2)
    assert starts(told) == {"a": 0.0, "b": 0.0}
    assert told.used.gpus == pytest.approx(1.5)


def test_the_poorer_team_by_weight_goes_first() -> None:
    jobs = [job(f"risk{n}") for n in range(2)] + [job(f"lab{n}", team="lab") for n in range(2)]
    assert list(starts(gone(*jobs))) == ["lab0", "risk0", "lab1", "risk1"]
    assert list(starts(gone(*jobs, teams={"risk": {"weight": 100}}))) == ["lab0", "risk0", "risk1", "lab1"]


def test_what_is_put_first_starts_before_all_others_and_nothing_delays_it() -> None:
    jobs = [
        job("a", timeout=7200.0),
        job("b", timeout=7200.0),
        job("big", demand=Amounts(gpus=2.0), team="lab", submitted=NOW + 0),
    ]
    running = job("r", 50, admitted=NOW)
    assert starts(gone(running, *jobs, gpus=2))["big"] > 100
    assert starts(gone(running, *jobs, gpus=2, first="big")) == {"big": 50.0, "a": 150.0, "b": 150.0}


def test_what_waits_for_a_job_that_nobody_knows_the_length_of_has_no_start() -> None:
    told = gone(job("r", None, admitted=NOW - 20), job("a"))
    assert (starts(told), told.until, told.used.gpus) == ({}, NOW, 0.0)


def test_what_never_fits_is_told_and_delays_nothing() -> None:
    told = gone(job("big", demand=Amounts(gpus=9.0)), job("a"))
    assert starts(told) == {"a": 0.0}
    assert told.refused[RunName("big")].startswith("asks for 9 gpus and pools/shared has 1 gpu")


def test_a_limit_holds_for_what_is_put_first_too() -> None:
    limited = {"teams": {"risk": {"limit": {"gpus": 1}}}}
    assert gone(job("a", demand=Amounts(gpus=2.0)), gpus=4, first="a", **limited).refused
