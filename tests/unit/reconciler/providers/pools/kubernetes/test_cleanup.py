"""Upkeep: what nobody needs, and what waits in the wrong queue."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reconciler.model.kinds.pools import Pool
from reconciler.providers.pools.kubernetes.cleanup import misplaced, queue_for, stale
from tests.unit.reconciler.providers.pools.kubernetes.told import COMPLETE, SHARED, failed, held, order

NOW = datetime(2026, 1, 6, 1, 0, 1, tzinfo=UTC)
DAY = timedelta(days=1)
TEAMS = Pool.model_validate({"teams": {"risk": {}}})


def test_old_successes_are_stale() -> None:
    there = held(**COMPLETE)
    assert stale([there], NOW, DAY) == [there]
    assert stale([there], NOW - timedelta(seconds=2), DAY) == []
    assert stale([replace(there, leaving=True)], NOW, DAY) == []


def test_a_failure_keeps_count_until_a_newer_attempt_does() -> None:
    first, second = held(**failed()), held(order(attempt=2), **failed())
    assert stale([first], NOW, DAY) == []
    assert stale([second, first], NOW, DAY) == [first]
    assert stale([held(order(attempt=2), suspend=True), first], NOW, DAY) == [first]


def test_what_goes_on_is_not_stale() -> None:
    assert stale([held(ready=1), held(order("a/b/c"), suspend=True)], NOW, DAY) == []


def test_a_team_has_its_queue_where_the_spec_names_it() -> None:
    assert queue_for(SHARED, "risk", TEAMS) == "shared.risk"
    assert queue_for(SHARED, "ads", TEAMS) == "shared"
    assert queue_for(SHARED, "risk", None) == "shared"


def test_what_waits_in_another_queue_is_misplaced() -> None:
    waits = replace(held(suspend=True), queue="shared")
    assert misplaced([waits], SHARED, TEAMS) == [(waits, "shared.risk")]
    fine = [replace(waits, queue="shared.risk"), replace(waits, suspended=False), replace(waits, leaving=True)]
    elsewhere = replace(held(order(pool="pools/other"), suspend=True), queue="other")
    assert misplaced([*fine, elsewhere], SHARED, TEAMS) == []
