"""A rollout gives traffic by steps, each held under the gates, and never loses a request on the way."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.controllers.rollout import AGAIN, UNCOUNTED, Step, former_revisions, next_step
from reconciler.model.ids import Digest
from reconciler.model.kinds.deployments import Rollout
from reconciler.model.observed import Endpoint, Figures, Revision
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import NOW, ago

OLD, NEW, THIRD = Digest("old"), Digest("new"), Digest("third")
BEFORE, AFTER = ago(days=3), ago(days=1)
FAILING = Figures(requests=1000, errors=30)
SOUND = Figures(requests=1000)


def rollout(*steps: int, **parts: Any) -> Rollout:
    return Rollout.model_validate({"steps": steps or (10, 50, 100), "hold": "30s", **parts})


def pair(old: str = "ready", new: str = "ready") -> tuple[Revision, Revision]:
    return stage.revision(OLD, old, started=BEFORE), stage.revision(NEW, new, started=AFTER)


def world(
    traffic: dict[str, int], *revisions: Revision, since: datetime = NOW, figures: Figures | None = None
) -> Endpoint:
    endpoint = stage.endpoint(*(revisions or pair()), traffic=traffic, since=since, figures=figures)
    return replace(endpoint, counted={**endpoint.counted, OLD: SOUND} if OLD in traffic else endpoint.counted)


def step(endpoint: Endpoint, revision: Digest = NEW, how: Rollout | None = None) -> Step:
    return next_step(endpoint, revision, how or rollout(), NOW)


def test_the_first_revision_gets_all_the_traffic() -> None:
    assert step(world({}, pair()[1])).traffic == {NEW: 100}


def test_a_new_revision_gets_the_first_step() -> None:
    found = step(world({OLD: 100}))
    assert found.traffic == {OLD: 90, NEW: 10}
    assert found.message == "10 % of the traffic goes to new"
    assert found.wake == NOW + rollout().hold


def test_each_step_is_held_for_a_while() -> None:
    found = step(world({OLD: 90, NEW: 10}, since=ago(seconds=20)))
    assert (found.traffic, found.wake, found.failed) == (None, ago(seconds=20) + rollout().hold, "")


def test_after_the_hold_comes_the_next_step() -> None:
    assert step(world({OLD: 90, NEW: 10}, since=ago(seconds=30))).traffic == {OLD: 50, NEW: 50}
    assert step(world({OLD: 50, NEW: 50}, since=ago(seconds=31))).traffic == {NEW: 100}


def test_a_step_by_hand_between_two_steps_goes_on_to_the_next() -> None:
    assert step(world({OLD: 70, NEW: 30}, since=ago(minutes=1))).traffic == {OLD: 50, NEW: 50}


def test_the_last_step_too_is_held_while_there_is_a_former_revision_to_go_back_to() -> None:
    held = step(world({NEW: 100}, since=ago(seconds=20)))
    assert (held.traffic, held.wake) == (None, ago(seconds=20) + rollout().hold)
    assert step(world({NEW: 100}, since=ago(seconds=20), figures=FAILING)).failed
    done = step(world({NEW: 100}, since=ago(seconds=30)))
    assert (done.traffic, done.wake, done.failed) == (None, None, "")


def test_a_revision_alone_is_under_no_gates() -> None:
    found = step(world({NEW: 100}, pair()[1], figures=FAILING))
    assert (found.traffic, found.wake, found.failed) == (None, None, "")


def test_a_gate_that_fails_takes_the_rollout_back_before_the_hold_is_over() -> None:
    assert step(world({OLD: 90, NEW: 10}, figures=FAILING)).failed == "more than 1.00% of its requests failed"
    slow = Figures(requests=200, buckets={100: 180, 250: 200})
    how = rollout(p99_ms=100)
    assert step(world({OLD: 90, NEW: 10}, figures=slow), how=how).failed == "its p99 is above 100 ms"
    assert not step(world({OLD: 90, NEW: 10}, figures=slow)).failed


def test_a_figure_at_its_bound_is_not_above_it() -> None:
    at = Figures(requests=100, errors=1, buckets={100: 99, 250: 100})
    assert not step(world({OLD: 90, NEW: 10}, figures=at), how=rollout(p99_ms=100)).failed


def test_a_gates_message_holds_nothing_that_differs_from_call_to_call() -> None:
    many = Figures(requests=100, errors=50)
    assert step(world({OLD: 90, NEW: 10}, figures=many)) == step(world({OLD: 90, NEW: 10}, figures=FAILING))


def test_gates_are_not_held_against_a_revision_without_traffic() -> None:
    assert not step(world({OLD: 100}, figures=FAILING)).failed


def test_going_back_to_a_revision_that_still_serves_takes_one_step_and_blames_it_for_nothing() -> None:
    found = step(world({OLD: 50, NEW: 50}, figures=FAILING), OLD)
    assert (found.traffic, found.failed) == ({OLD: 100}, "")
    assert step(world({OLD: 100}, figures=FAILING), OLD) == Step("it has all the traffic")


def test_a_revision_that_does_not_answer_keeps_no_traffic_from_one_that_does() -> None:
    assert step(world({OLD: 100}, *pair(old="failed"))).traffic == {NEW: 100}
    assert step(world({OLD: 100, "gone": 0}, pair()[1])).traffic == {NEW: 100}


def test_traffic_among_three_keeps_its_proportions() -> None:
    third = stage.revision(THIRD, started=NOW)
    assert step(world({OLD: 60, NEW: 40}, *pair(), third), THIRD).traffic == {OLD: 54, NEW: 36, THIRD: 10}


def test_former_revisions_are_ready_and_no_newer_first_that_with_traffic_then_the_newest() -> None:
    third = stage.revision(THIRD, started=NOW)
    everything = world({OLD: 90, THIRD: 10}, *pair(), third)
    assert former_revisions(everything, THIRD) == [OLD, NEW]
    assert former_revisions(world({}, *pair(), third), THIRD) == [NEW, OLD]
    assert former_revisions(everything, NEW) == [OLD]
    assert former_revisions(world({}, *pair(old="starting"), third), THIRD) == [NEW]


def test_of_two_revisions_that_started_together_either_can_be_gone_back_to() -> None:
    both = (stage.revision(OLD, started=NOW), stage.revision(NEW, started=NOW))
    assert former_revisions(world({OLD: 50, NEW: 50}, *both), NEW) == [OLD]
    assert former_revisions(world({OLD: 50, NEW: 50}, *both), OLD) == [NEW]


def test_revisions_of_an_unknown_age_can_be_gone_back_to() -> None:
    plain = (stage.revision(OLD), stage.revision(NEW))
    assert former_revisions(world({OLD: 50, NEW: 50}, *plain), NEW) == [OLD]


steps = st.lists(st.integers(1, 99), max_size=6, unique=True).map(lambda found: (*sorted(found), 100))
shares = st.lists(st.integers(1, 100), min_size=1, max_size=5)


def percent(parts: list[int]) -> dict[str, int]:
    """Divide 100 percent in about these parts."""
    whole = sum(parts)
    divided = [part * 100 // whole for part in parts]
    divided[0] += 100 - sum(divided)
    return {f"old-{number}": share for number, share in enumerate(divided)}


@given(steps, shares)
def test_shares_always_add_to_100_rise_by_the_specs_steps_and_end_at_100(
    wanted: tuple[int, ...], parts: list[int]
) -> None:
    how, traffic, seen = rollout(*wanted), percent(parts), [0]
    revisions = [stage.revision(name, started=BEFORE) for name in traffic] + [stage.revision(NEW, started=AFTER)]
    for _ in range(len(wanted)):
        found = next_step(world(traffic, *revisions, since=ago(minutes=1)), NEW, how, NOW)
        assert found.traffic is not None
        traffic = {str(name): share for name, share in found.traffic.items()}
        assert sum(traffic.values()) == 100
        assert min(traffic.values()) > 0
        assert traffic.keys() <= {item.digest for item in revisions}
        seen.append(traffic[NEW])
    assert seen == [0, *wanted]
    assert traffic == {NEW: 100}
    assert next_step(world(traffic, *revisions, since=ago(minutes=1)), NEW, how, NOW) == Step("it has all the traffic")


def test_a_step_that_nobody_gets_in_by_goes_no_further() -> None:
    stuck = replace(world({OLD: 90, NEW: 10}, since=ago(days=1)), blocked="no Gateway has taken its HTTPRoute")
    found = step(stuck)
    assert (found.traffic, found.wake, found.failed) == (None, NOW + AGAIN, "")
    assert found.message == "10 % of the traffic goes to new, and no further: no Gateway has taken its HTTPRoute"
    whole = step(replace(stuck, traffic={NEW: 100}))
    assert (
        whole.message == "100 % of the traffic goes to new, which isn't judged yet: no Gateway has taken its HTTPRoute"
    )


def test_figures_that_can_t_be_read_hold_a_step_and_don_t_fail_it() -> None:
    found = step(world({OLD: 90, NEW: 10}, since=ago(days=1), figures=Figures(unread="no figures from Prometheus")))
    assert (found.traffic, found.wake, found.failed) == (None, NOW + AGAIN, "")
    assert "no figures from Prometheus" in found.message


def test_where_nobody_counts_the_gates_are_told_to_hold_nothing_back() -> None:
    uncounted = replace(world({OLD: 90, NEW: 10}, since=ago(seconds=1)), figures=None)
    assert step(uncounted).message == f"10 % of the traffic goes to new; {UNCOUNTED}"
    assert step(replace(uncounted, since=ago(days=1))).traffic == {OLD: 50, NEW: 50}


def test_a_last_step_that_the_gateway_has_yet_to_obey_keeps_the_former_revision() -> None:
    moved = replace(world({NEW: 100}, since=ago(days=1)), blocked="its Gateway has yet to take over the newest traffic")
    assert step(moved).wake
    assert step(replace(moved, blocked="")) == Step("it has all the traffic")


def counted(new: Figures, old: Figures = SOUND, *, share: int = 5, since: datetime = NOW) -> Endpoint:
    """Return an endpoint that has counted this of a canary and of the former revision beside it."""
    both = world({OLD: 100 - share, NEW: share} if share < 100 else {NEW: 100}, since=since)
    return replace(both, figures=new.plus(old), counted={NEW: new, OLD: old})


CANARY = rollout(5, 50, 100)
DUE = ago(seconds=30)


def test_a_canary_is_judged_by_its_own_requests_and_not_by_the_endpoint_s() -> None:
    assert step(counted(Figures(50, 8), Figures(950, 0)), how=CANARY).failed == "more than 1.00% of its requests failed"


def test_a_fix_beside_a_failing_revision_goes_on() -> None:
    assert step(counted(Figures(50, 0), Figures(950, 19), since=DUE), how=CANARY).traffic == {OLD: 50, NEW: 50}
    better = counted(Figures(5000, 100), Figures(5000, 250), share=50, since=DUE)
    assert step(better, how=CANARY).traffic == {NEW: 100}, "above the bound, and surely better than what it replaces"


def test_a_canary_that_fails_more_than_the_former_revision_goes_back_though_it_is_below_the_bound() -> None:
    found = step(counted(Figures(5000, 40), Figures(5000, 5), share=50, since=DUE), how=CANARY)
    assert found.failed == "a larger share of its requests failed than of the former revision's beside it"
    slight = counted(Figures(100_000, 90), Figures(100_000, 20), share=50, since=DUE)
    assert not step(slight, how=CANARY).failed, "by less than error_increase"
    assert step(slight, how=CANARY.model_copy(update={"error_increase": 0.0})).failed


def test_looks_before_the_hold_is_over_are_ten_times_as_sure() -> None:
    found, old = Figures(1000, 19), Figures(1000, 14)  # 19 or more of 1,000 at 1 % have a probability of 0.0069
    assert not step(counted(found, old), how=CANARY).failed
    assert step(counted(found, old, since=DUE), how=CANARY).failed == "more than 1.00% of its requests failed"


def test_a_step_waits_for_the_requests_that_it_is_judged_by() -> None:
    for few in (Figures(), Figures(1, 1), Figures(49, 49)):
        found = step(counted(few, since=DUE), how=CANARY)
        assert (found.traffic, found.failed, found.wake) == (None, "", NOW + AGAIN)
        assert found.message.endswith("and no further: it has answered fewer than 50 requests")


def test_a_quiet_endpoint_does_not_wait_for_ever_and_says_what_it_went_by() -> None:
    late = DUE - CANARY.patience
    found = step(counted(Figures(3, 0), since=late), how=CANARY)
    assert found.traffic == {OLD: 50, NEW: 50}
    assert "it had answered fewer than 50 requests in the time that a step waits for them" in found.message
    assert step(counted(Figures(3, 3), since=late), how=CANARY).failed, "judged by what there is"
    nearly = step(counted(Figures(), since=late + AGAIN / 3), how=CANARY)
    assert nearly.wake == NOW + AGAIN / 3


def test_without_a_least_number_of_requests_a_step_waits_for_its_hold_alone() -> None:
    assert step(counted(Figures(), since=DUE), how=rollout(5, 50, 100, minimum_requests=0)).traffic


def test_the_last_step_waits_for_requests_too_while_it_can_be_gone_back_from() -> None:
    assert step(counted(Figures(), share=100, since=DUE), how=CANARY).wake
    assert step(counted(Figures(), share=100, since=DUE - CANARY.patience), how=CANARY) == Step(
        "it has all the traffic"
    )
