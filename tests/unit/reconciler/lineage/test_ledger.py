"""The ledger: each attempt begins once and ends once, whatever is seen of it and whoever looks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.lineage.ledger import MOST, Kind, Ledger, advance, as_document, of_document, without
from reconciler.model.ids import Address, CommitId, RunName
from reconciler.model.observed import Actual, Branch, DataListing, Job, JobState, PoolListing, Version
from reconciler.yaml.dump import dump
from reconciler.yaml.parse import mapping

NOW = datetime(2026, 1, 7, 12, 0, tzinfo=UTC)
NOTHING = Ledger()
RUN = RunName("datasets/loans/aaaaaaaaaaaa")
COMMIT, DATA = CommitId("c" * 40), CommitId("d" * 40)


def job(state: JobState, attempt: int = 1, **more: Any) -> Job:
    return Job(RUN, Address("pools/shared"), "risk", state, attempt, started=NOW, **more)


def seen(found: Job | None = None, *, ours: bool | None = True, accepted: bool = False, **more: Any) -> Actual:
    branches = {} if ours is None else {RUN: Branch(RUN, DATA, ours=ours)}
    versions = {RUN: Version(RUN, DATA)} if accepted else {}
    jobs = {found.run: found} if found else {}
    return Actual(NOW, DataListing(DATA, branches, versions), PoolListing(jobs), **more)


def told(worlds: Sequence[Actual], ledger: Ledger = NOTHING) -> list[tuple[int, str]]:
    for actual in worlds:
        ledger = advance(ledger, actual, COMMIT)
    return [(one.attempt, one.kind.value) for one in ledger.pending]


RUNS = seen(job(JobState.RUNNING))
DONE = seen(job(JobState.SUCCEEDED))
ACCEPTED = seen(ours=None, accepted=True)
HISTORIES: dict[str, tuple[list[Actual], list[tuple[int, str]]]] = {
    "accepted": ([seen(), seen(job(JobState.WAITING)), RUNS, RUNS, DONE, ACCEPTED], [(1, "START"), (1, "COMPLETE")]),
    "too quick to be seen": ([DONE, ACCEPTED], [(1, "START"), (1, "COMPLETE")]),
    "failed": ([RUNS, seen(job(JobState.FAILED, exit_code=65))] * 2, [(1, "START"), (1, "FAIL")]),
    "failed, and tried again": (
        [RUNS, seen(job(JobState.FAILED)), seen(job(JobState.WAITING, 2)), seen(job(JobState.RUNNING, 2)), ACCEPTED],
        [(1, "START"), (1, "FAIL"), (2, "START"), (2, "COMPLETE")],
    ),
    "tried again unseen": (
        [RUNS, seen(job(JobState.RUNNING, 3)), ACCEPTED],
        [(1, "START"), (1, "FAIL"), (3, "START"), (3, "COMPLETE")],
    ),
    "refused": (
        [RUNS, seen(job(JobState.SUCCEEDED), results={RUN: {"accepted": False}})] * 2,
        [(1, "START"), (1, "FAIL")],
    ),
    "cancelled": ([RUNS, seen(job(JobState.CANCELLED)), seen(ours=None)], [(1, "START"), (1, "ABORT")]),
    "dropped": ([RUNS, seen(ours=None), seen(ours=None)], [(1, "START"), (1, "ABORT")]),
    "never begun": ([seen(job(JobState.WAITING)), seen(ours=None)], []),
    "of another environment": ([seen(job(JobState.RUNNING), ours=False), seen(ours=None, accepted=True)], []),
    "of before": ([ACCEPTED, ACCEPTED], []),
    "unread": (
        [RUNS, replace(seen(ours=None), unread={"data": "down"}), DONE, ACCEPTED],
        [(1, "START"), (1, "COMPLETE")],
    ),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_is_told(name: str) -> None:
    worlds, expected = HISTORIES[name]
    assert told(worlds) == expected


@pytest.mark.parametrize("name", HISTORIES)
def test_a_daemon_that_begins_anew_tells_the_same(name: str) -> None:
    worlds, expected = HISTORIES[name]
    for cut in range(len(worlds)):
        first = Ledger()
        for actual in worlds[:cut]:
            first = advance(first, actual, COMMIT)
        again = of_document(mapping(dump(as_document(first))))
        assert again == first
        assert told(worlds[cut:], again) == expected


WORLDS = st.builds(
    lambda state, attempt, ours, accepted, result: seen(
        job(state, attempt) if state else None,
        ours=ours,
        accepted=accepted,
        results={RUN: {"accepted": result}} if result is not None else {},
    ),
    st.sampled_from([None, *JobState]),
    st.integers(1, 3),
    st.sampled_from([True, False, None]),
    st.booleans(),
    st.sampled_from([None, True, False]),
)


@given(worlds=st.lists(WORLDS, max_size=12))
def test_whatever_is_seen_nothing_ends_that_did_not_begin_and_nothing_ends_twice(worlds: list[Actual]) -> None:
    open_attempt: int | None = None
    for attempt, kind in told(worlds):
        if kind == Kind.START:
            assert open_attempt is None
            open_attempt = attempt
        else:
            assert attempt == open_attempt
            open_attempt = None


@given(worlds=st.lists(WORLDS, max_size=12))
def test_once_nobody_asks_for_a_run_nothing_of_it_is_left(worlds: list[Actual]) -> None:
    ledger = Ledger()
    for actual in [*worlds, seen(ours=None)]:
        ledger = advance(ledger, actual, COMMIT)
    assert ledger.attempts == {}
    kinds = Counter(one.kind is Kind.START for one in ledger.pending)
    assert kinds[True] == kinds[False]


def test_what_was_sent_goes_and_the_rest_stays() -> None:
    ledger = advance(advance(Ledger(), RUNS, COMMIT), ACCEPTED, COMMIT)
    assert [one.kind for one in without(ledger, {ledger.pending[0].key}).pending] == [Kind.COMPLETE]


def test_the_oldest_of_too_many_are_lost_and_counted() -> None:
    ledger = advance(Ledger(), RUNS, COMMIT)
    full = replace(ledger, pending=ledger.pending * MOST)
    after = advance(full, ACCEPTED, COMMIT)
    assert (len(after.pending), after.lost, after.pending[-1].kind) == (MOST, 1, Kind.COMPLETE)


def test_why_it_failed_is_told_and_is_short() -> None:
    errors = {RUN: {"what": "x" * 5000, "where": "a\nb"}}
    ledger = advance(advance(Ledger(), RUNS, COMMIT), seen(job(JobState.FAILED), errors=errors), COMMIT)
    assert ledger.pending[1].error.startswith("a\\nb: xxx")
    assert len(ledger.pending[1].error) <= 1010


def test_moments_are_those_of_the_job() -> None:
    ended = NOW + timedelta(minutes=1)
    ledger = advance(advance(Ledger(), RUNS, COMMIT), seen(job(JobState.FAILED, ended=ended)), COMMIT)
    assert [one.moment for one in ledger.pending] == [NOW.isoformat(), ended.isoformat()]


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"format": 2, "attempts": {}, "pending": [], "lost": 0},
        {"attempts": {"a": 1}, "pending": [], "lost": 0},
        {"attempts": [], "pending": [], "lost": 0},
        {"attempts": {}, "pending": [{"run": "a"}], "lost": 0},
        {"attempts": {}, "pending": [], "lost": "x"},
    ],
)
def test_what_is_no_ledger_is_told(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        of_document(document)
