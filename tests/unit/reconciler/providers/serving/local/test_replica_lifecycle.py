"""The life of replicas and revisions, step by step, and its laws under any luck."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.observed import RevisionState
from reconciler.providers.serving.local.records import Replica, RevisionRecord
from reconciler.providers.serving.local.replica_lifecycle import (
    DRAIN,
    GRACE,
    LOOPS,
    PATIENCE,
    START_LIMIT,
    STEADY,
    Act,
    Seen,
    advance,
    backoff,
    reason_of,
    state_of,
    step,
)
from tests.unit.reconciler.providers.serving.local.told import revision

ALIVE, READY, DEAD = Seen(alive=True), Seen(alive=True, ready=True), Seen(last_words="it broke")
REFUSED = Seen(last_words="the digest differs", is_refusal=True)
SERVING = Replica(0, begun=1.0, ready=2.0, proven=True)


def test_a_new_replica_gets_a_process() -> None:
    assert step(Replica(0), Seen(), 5.0) == (Replica(0, begun=5.0), Act.SPAWN)


def test_a_process_that_nobody_noted_down_is_adopted() -> None:
    assert step(Replica(0), ALIVE, 5.0) == (Replica(0, begun=5.0), Act.NONE)


def test_it_is_ready_when_it_says_so() -> None:
    assert step(Replica(0, begun=1.0), READY, 5.0) == (Replica(0, begun=1.0, ready=5.0, proven=True), Act.NONE)


def test_one_that_hangs_at_its_start_is_killed() -> None:
    assert step(Replica(0, begun=1.0), ALIVE, 1.0 + START_LIMIT)[1] is Act.NONE
    assert step(Replica(0, begun=1.0), ALIVE, 1.1 + START_LIMIT)[1] is Act.KILL


def test_the_first_crash_is_made_good_at_once_and_the_next_ones_later() -> None:
    after, act = step(SERVING, DEAD, 50.0)
    assert (after, act) == (Replica(0, begun=50.0, proven=True, crashes=1, due=50.0), Act.SPAWN)
    after, act = step(after, DEAD, 51.0)
    assert (after.begun, after.crashes, after.due, act) == (None, 2, 52.0, Act.NONE)
    assert step(after, Seen(), 51.9)[1] is Act.NONE
    assert step(after, Seen(), 52.0)[1] is Act.SPAWN


def test_crashes_are_forgotten_after_a_steady_while() -> None:
    crashed = replace(SERVING, crashes=3)
    assert step(crashed, READY, 1.9 + STEADY)[0].crashes == 3
    assert step(crashed, READY, 2.0 + STEADY)[0].crashes == 0


def test_one_that_leaves_is_drained_then_asked_then_killed() -> None:
    leaving = replace(SERVING, leaving=10.0)
    assert step(leaving, READY, 10.5)[1] is Act.NONE
    asked, act = step(leaving, READY, 10.0 + DRAIN)
    assert act is Act.TERM
    assert step(asked, READY, 10.5 + DRAIN)[1] is Act.NONE
    assert step(asked, READY, 10.0 + DRAIN + GRACE)[1] is Act.KILL
    assert step(asked, Seen(), 11.5)[1] is Act.FORGET


@pytest.mark.parametrize(("crashes", "seconds"), [(0, 0), (1, 0), (2, 1), (3, 2), (4, 4), (8, 60), (500, 60)])
def test_the_pause_grows_up_to_a_minute(crashes: int, seconds: float) -> None:
    assert backoff(crashes) == seconds


def test_a_revision_gets_as_many_replicas_as_are_wanted() -> None:
    after, acts = advance(revision(wanted=2), {}, 1.0)
    assert ([r.slot for r in after.replicas], acts, after.next_slot) == ([0, 1], (), 2)
    after, acts = advance(after, {}, 1.0)
    assert [act for _, act in acts] == [Act.SPAWN, Act.SPAWN]
    assert state_of(after) is RevisionState.STARTING


def test_it_is_ready_when_the_least_number_of_replicas_is() -> None:
    record = revision(Replica(0, begun=1.0), Replica(1, begun=1.0), wanted=2, minimum=2)
    half, _ = advance(record, {0: READY, 1: ALIVE}, 2.0)
    assert state_of(half) is RevisionState.STARTING
    whole, _ = advance(half, {0: READY, 1: READY}, 3.0)
    assert (state_of(whole), whole.ready) == (RevisionState.READY, 2)


def test_it_stays_ready_while_one_replica_of_two_is_replaced() -> None:
    record = revision(SERVING, replace(SERVING, slot=1), wanted=2, minimum=2, proven=True)
    after, acts = advance(record, {0: DEAD, 1: READY}, 50.0)
    assert (state_of(after), after.ready, [act for _, act in acts]) == (RevisionState.READY, 1, [Act.SPAWN])


def test_surplus_replicas_leave_the_unready_and_newest_first() -> None:
    record = revision(SERVING, Replica(1, begun=1.0), replace(SERVING, slot=2), wanted=1, proven=True)
    after, _ = advance(record, {0: READY, 1: ALIVE, 2: READY}, 50.0)
    assert [replica.slot for replica in after.staying] == [0]
    assert {r.slot: r.leaving for r in after.replicas} == {0: None, 1: 50.0, 2: 50.0}


def test_a_model_that_is_refused_is_given_up_at_once() -> None:
    after, acts = advance(revision(Replica(0, begun=1.0)), {0: REFUSED}, 2.0)
    assert (state_of(after), reason_of(after), acts) == (RevisionState.FAILED, "the digest differs", ())
    assert advance(after, {}, 300.0) == (after, ()), "its log would be lost, or it would be tried again"


def test_a_crash_loop_fails_and_is_given_up_before_it_ever_was_ready() -> None:
    record, now, spawned = revision(Replica(0)), 0.0, 0
    for _ in range(400):
        record, acts = advance(record, {0: DEAD} if record.replicas and record.replicas[0].begun else {}, now)
        spawned += sum(act is Act.SPAWN for _, act in acts)
        if any(replica.crashes == LOOPS for replica in record.replicas):
            assert state_of(record) is RevisionState.FAILED
        now += 0.5
    assert record.final
    assert spawned == PATIENCE
    assert (state_of(record), reason_of(record)) == (RevisionState.FAILED, "it broke")


def test_a_live_revision_is_never_given_up() -> None:
    record, now, spawned = revision(SERVING, proven=True), 0.0, 0
    for _ in range(1000):
        begun = record.replicas[0].begun is not None
        record, acts = advance(record, {0: REFUSED if begun else Seen()}, now)
        spawned += sum(act is Act.SPAWN for _, act in acts)
        now += 1.0
    assert (state_of(record), reason_of(record)) == (RevisionState.FAILED, "the digest differs")
    assert 15 < spawned < 30
    record, _ = advance(replace(record, replicas=(Replica(0, begun=now),)), {0: READY}, now)
    assert (state_of(record), reason_of(record)) == (RevisionState.READY, "")


def test_a_stopping_revision_starts_nothing_and_ends() -> None:
    record = revision(SERVING, Replica(1), stopping=True, wanted=2, proven=True)
    record, acts = advance(record, {0: READY}, 5.0)
    assert [(replica.slot, act) for replica, act in acts] == [(1, Act.FORGET)]
    record, acts = advance(record, {0: READY}, 5.0 + DRAIN)
    assert [act for _, act in acts] == [Act.TERM]
    record, _ = advance(record, {}, 6.0 + DRAIN)
    assert (record.replicas, state_of(record)) == ((), RevisionState.STOPPING)


def test_a_revision_scaled_to_nothing_is_ready() -> None:
    record = revision(wanted=0, minimum=0, proven=True, next_slot=4)
    assert advance(record, {}, 1.0) == (record, ())
    assert state_of(record) is RevisionState.READY


LOOKS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.25, 1.0, 15.0, 200.0]),
        st.integers(0, 4),
        st.dictionaries(st.integers(0, 6), st.sampled_from([ALIVE, READY, DEAD, REFUSED])),
        st.booleans(),
    ),
    max_size=40,
)


@given(LOOKS)
def test_laws_of_a_revision_under_any_luck(looks: list[tuple[float, int, dict[int, Seen], bool]]) -> None:
    record: RevisionRecord = revision(maximum=4)
    now = 1.0
    for pause, wanted, seen, stop in looks:
        now += pause
        before, record = record, replace(record, wanted=wanted, stopping=record.stopping or stop)
        record, acts = advance(record, seen, now)
        slots = [replica.slot for replica in record.replicas]
        assert len(set(slots)) == len(slots)
        assert record.next_slot >= max(slots, default=-1) + 1
        assert record.next_slot >= before.next_slot
        if record.stopping or record.final:
            assert Act.SPAWN not in [act for _, act in acts]
            assert all(seen.get(r.slot, DEAD).alive is False for r in record.staying)
        else:
            assert len(record.staying) == wanted
        spawned = {replica.slot for replica, act in acts if act is Act.SPAWN}
        assert not spawned & {slot for slot, look in seen.items() if look.alive}
        assert all(record.next_slot > slot for slot in spawned)
        gone = {replica.slot for replica, act in acts if act in (Act.TERM, Act.FORGET)}
        assert not gone & {replica.slot for replica in record.staying}
