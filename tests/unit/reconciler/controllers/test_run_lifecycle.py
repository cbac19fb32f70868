"""The life of a run: absent, submitted, waiting, running, finishing, accepted; and every way in which it goes wrong."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.controllers.run_lifecycle import (
    Lifecycle,
    Stage,
    backoff,
    describe_error,
    finished_at,
    lifecycle_of,
    lifecycle_of_newest,
    surplus,
    tidy,
    violations,
)
from reconciler.controllers.run_orders import order
from reconciler.model.change import AcceptRun, CancelJob, DropRun, RejectRun, StartRun
from reconciler.model.ids import RunName
from reconciler.model.observed import UNKEPT, Actual
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS, NOW, ago

RETRIES = 2


def wanted(due: str = "now") -> StartRun:
    thing = stage.resource(LOANS)
    view = stage.view(stage.desired(thing), stage.actual())
    return order(thing, view, runner="ingest", params={}, made_from={"due": due})


RUN, OLD = wanted().run, wanted("before").run


def look(seen: Actual, retries: int = RETRIES) -> Lifecycle:
    return lifecycle_of(wanted(), retries, stage.view(stage.desired(stage.resource(LOANS)), seen))


def only(lifecycle: Lifecycle) -> object:
    (change,) = lifecycle.changes
    return change


def test_a_run_that_is_nowhere_is_started() -> None:
    found = look(stage.actual())
    assert found.stage is Stage.WAITING
    change = only(found)
    assert isinstance(change, StartRun)
    assert (change.run, change.attempt) == (RUN, 1)


def test_a_run_that_is_submitted_waits_with_its_pools_reason() -> None:
    found = look(stage.actual(stage.branch(RUN), stage.job(RUN, "waiting", reason="waits for gpus")))
    assert (found.stage, found.message, found.changes) == (Stage.WAITING, "waits for gpus", ())


def test_a_run_that_runs_is_left_alone_even_where_an_older_attempt_left_a_result() -> None:
    seen = stage.actual(stage.branch(RUN), stage.job(RUN, attempt=2), results={RUN: stage.result()})
    found = look(seen)
    assert (found.stage, found.message, found.changes) == (Stage.RUNNING, "attempt 2 runs", ())


def test_a_run_that_ended_well_is_accepted() -> None:
    seen = stage.actual(stage.branch(RUN), stage.job(RUN, "succeeded"), results={RUN: stage.result(content="c")})
    found = look(seen)
    change = only(found)
    assert found.stage is Stage.FINISHING
    assert isinstance(change, AcceptRun)
    assert change.metadata == {
        "run": RUN,
        "runner": "ingest",
        "content": "c",
        "environment": "dev",
        "spec": "specs/datasets/loans.yaml",
    }


def test_a_version_is_accepted_and_asks_for_nothing() -> None:
    found = look(stage.actual(stage.version(RUN), results={RUN: stage.result()}))
    assert (found.stage, found.changes) == (Stage.ACCEPTED, ())
    assert found.stage.is_final


def test_a_version_that_another_environment_accepted_is_adopted_and_not_run_again() -> None:
    found = look(stage.actual(stage.version(RUN, here=False), results={RUN: stage.result()}))
    change = only(found)
    assert isinstance(change, AcceptRun)
    assert (found.stage, change.run, dict(change.metadata)) == (Stage.FINISHING, RUN, {})


def test_a_run_that_another_environment_has_running_is_waited_for() -> None:
    found = look(stage.actual(stage.branch(RUN, ours=False), stage.job(RUN)))
    assert (found.stage, found.changes) == (Stage.RUNNING, ())


@pytest.mark.parametrize("sealed", [False, True])
def test_a_refused_output_is_sealed_once_and_stays(sealed: bool) -> None:
    bad = stage.result(accepted=False, violations=[{"where": "age", "what": "3 rows above 120"}])
    found = look(stage.actual(stage.branch(RUN, sealed=sealed), stage.job(RUN, "succeeded"), results={RUN: bad}))
    assert (found.stage, found.message) == (Stage.REJECTED, "age: 3 rows above 120")
    assert [type(change) for change in found.changes] == ([] if sealed else [RejectRun])
    assert found.stage.is_final


def test_a_job_whose_record_is_lost_is_not_run_again_when_its_result_is_there() -> None:
    assert isinstance(only(look(stage.actual(stage.branch(RUN), results={RUN: stage.result()}))), AcceptRun)


@pytest.mark.parametrize(("state", "exit_code"), [("failed", 137), ("failed", 1), ("failed", None), ("failed", 0)])
def test_what_a_job_that_failed_has_left_is_no_result(state: str, exit_code: int | None) -> None:
    """It is left over of another attempt, or forged: the job is tried again."""
    job = stage.job(RUN, state, exit_code=exit_code, ended=ago(days=1), reason="killed")
    found = look(stage.actual(stage.branch(RUN), job, results={RUN: stage.result()}))
    change = only(found)
    assert isinstance(change, StartRun)
    assert change.attempt == 2
    last = stage.job(RUN, state, exit_code=exit_code, ended=ago(days=1), reason="killed", attempt=3)
    stalled = look(stage.actual(stage.branch(RUN), last, results={RUN: stage.result()}))
    assert (stalled.stage, stalled.message) == (Stage.FAILED, "killed after 3 attempts")


def test_a_cancelled_job_left_no_result_either() -> None:
    seen = stage.actual(stage.branch(RUN), stage.job(RUN, "cancelled"), results={RUN: stage.result()})
    assert isinstance(only(look(seen)), StartRun)


def test_the_result_of_a_job_of_which_nobody_knows_how_it_ended_is_taken() -> None:
    lost = stage.job(RUN, "failed", lost=True, ended=ago(days=1))
    assert isinstance(only(look(stage.actual(stage.branch(RUN), lost, results={RUN: stage.result()}))), AcceptRun)
    assert isinstance(only(look(stage.actual(stage.branch(RUN), lost))), StartRun)


def test_an_output_that_cannot_be_kept_is_rejected_and_not_sealed() -> None:
    bad = {"accepted": False, "what": "the output has a link", "fix": "write the file", UNKEPT: True}
    found = look(stage.actual(stage.branch(RUN), stage.job(RUN, "succeeded"), results={RUN: bad}))
    assert (found.stage, found.message) == (Stage.REJECTED, "the output has a link (write the file)")
    assert found.changes == ()


def test_a_sealed_output_is_accepted_whatever_became_of_another_job() -> None:
    failed = stage.failed(RUN, 137, ended=ago(days=1))
    sealed = stage.actual(stage.branch(RUN, sealed=True), failed, results={RUN: stage.result()})
    assert isinstance(only(look(sealed)), AcceptRun)


def test_a_crash_between_commit_and_merge_is_finished_by_the_next_pass() -> None:
    sealed = stage.branch(RUN, sealed=True)
    assert isinstance(only(look(stage.actual(sealed, results={RUN: stage.result()}))), AcceptRun)


def test_a_crash_between_opening_the_branch_and_submitting_the_job_submits_it() -> None:
    assert isinstance(only(look(stage.actual(stage.branch(RUN)))), StartRun)


def test_input_that_is_wrong_fails_at_once_with_what_the_runner_said() -> None:
    error = {"what": "no column age", "where": "age", "fix": "name another"}
    found = look(stage.actual(stage.branch(RUN), stage.failed(RUN, 65), errors={RUN: error}))
    assert (found.stage, found.message, found.changes) == (Stage.FAILED, "age: no column age (name another)", ())


def test_a_defect_is_not_tried_again_since_it_would_fail_the_same_way() -> None:
    error = {"what": "KeyError: 'age'", "fix": "this is a defect of the runner: its log says where"}
    found = look(stage.actual(stage.branch(RUN), stage.failed(RUN, 70), errors={RUN: error}))
    assert (found.stage, found.changes) == (Stage.FAILED, ())
    assert found.message == (
        "KeyError: 'age' (this is a defect of the runner: its log says where)"
        "; it isn't tried again, as it would fail the same way"
    )


@pytest.mark.parametrize("exit_code", [1, 65, 70])
def test_a_failed_run_is_not_tried_again_for_an_input_of_the_same_content_and_another_name(exit_code: int) -> None:
    """Two environments that share a pool hold one content under two names, and would start it in turn for ever."""
    theirs, ours = RunName(f"{LOANS}/{'1' * 12}"), RunName(f"{LOANS}/{'2' * 12}")
    job = stage.job(RUN, "failed", exit_code=exit_code, attempt=3, ended=ago(days=1), inputs=(theirs,))
    view = stage.view(stage.desired(stage.resource(LOANS)), stage.actual(stage.branch(RUN), job))
    found = lifecycle_of(replace(wanted(), inputs={"dataset": ours}), RETRIES, view)
    assert (found.stage, found.changes) == (Stage.FAILED, ())


def test_a_crash_is_tried_again_after_a_while_and_no_sooner() -> None:
    found = look(stage.actual(stage.branch(RUN), stage.failed(RUN, 1)))
    assert (found.stage, found.changes) == (Stage.WAITING, ())
    assert found.wake is not None
    assert found.wake == NOW + backoff(RUN, 1)
    later = look(stage.actual(stage.branch(RUN), stage.failed(RUN, 1), now=found.wake))
    change = only(later)
    assert isinstance(change, StartRun)
    assert change.attempt == 2


def test_a_crash_stalls_after_the_specs_retries() -> None:
    seen = stage.actual(stage.branch(RUN), stage.failed(RUN, 1, attempt=3, ended=ago(days=1), reason="killed"))
    found = look(seen)
    assert (found.stage, found.message, found.changes) == (Stage.FAILED, "killed after 3 attempts", ())


def test_where_the_spec_wants_no_retries_the_first_crash_stalls() -> None:
    seen = stage.actual(stage.branch(RUN), stage.failed(RUN, 1, attempt=1, ended=ago(days=1), reason="killed"))
    found = look(seen, retries=0)
    assert (found.stage, found.message, found.changes) == (Stage.FAILED, "killed after 1 attempt", ())


def test_the_last_of_the_specs_retries_is_made() -> None:
    change = only(look(stage.actual(stage.branch(RUN), stage.failed(RUN, 1, attempt=2, ended=ago(days=1)))))
    assert isinstance(change, StartRun)
    assert change.attempt == 3


def test_a_source_out_of_reach_is_tried_for_ever() -> None:
    seen = stage.actual(stage.branch(RUN), stage.failed(RUN, 75, attempt=90, ended=ago(days=1)))
    change = only(look(seen))
    assert isinstance(change, StartRun)
    assert change.attempt == 91


@pytest.mark.parametrize("exit_code", [1, 65, 70, 75])
def test_an_operators_wish_starts_a_failed_run_at_once(exit_code: int) -> None:
    job = stage.failed(RUN, exit_code, attempt=9, ended=ago(minutes=2))
    found = look(stage.actual(stage.branch(RUN), job, controls=stage.requested(LOANS, ago(minutes=1))))
    change = only(found)
    assert isinstance(change, StartRun)
    assert change.attempt == 10


def test_an_operators_wish_is_granted_once() -> None:
    job = stage.failed(RUN, 65, attempt=2, ended=ago(minutes=1))
    found = look(stage.actual(stage.branch(RUN), job, controls=stage.requested(LOANS, ago(minutes=2))))
    assert (found.stage, found.changes) == (Stage.FAILED, ())


def test_a_cancelled_job_that_is_still_wanted_is_started_again() -> None:
    change = only(look(stage.actual(stage.branch(RUN), stage.job(RUN, "cancelled"))))
    assert isinstance(change, StartRun)
    assert change.attempt == 2


def test_a_job_that_ended_well_and_left_nothing_has_failed() -> None:
    seen = stage.actual(stage.branch(RUN), stage.job(RUN, "succeeded", attempt=3, exit_code=0, ended=ago(days=1)))
    found = look(seen)
    assert (found.stage, found.message) == (Stage.FAILED, "it ended well but left no result.json after 3 attempts")


def test_a_job_whose_output_was_dropped_is_made_again_and_that_is_no_failure() -> None:
    found = look(stage.actual(stage.job(RUN, "succeeded", attempt=9, exit_code=0, ended=ago(days=1))))
    (change,) = found.changes
    assert isinstance(change, StartRun)
    assert (found.stage, change.attempt) == (Stage.WAITING, 10)
    just_now = look(stage.actual(stage.job(RUN, "succeeded", attempt=9, exit_code=0, ended=NOW)))
    assert (just_now.stage, just_now.changes) == (Stage.WAITING, ())
    assert just_now.wake


def test_waits_double_up_to_ten_minutes_and_a_runs_jitter_is_its_own() -> None:
    waits = [backoff(RUN, attempt).total_seconds() for attempt in range(1, 40)]
    for attempt, seconds in enumerate(waits, 1):
        whole = min(2.0**attempt, 600.0)
        assert whole <= seconds < whole * 1.5
    assert backoff(RUN, 1) == backoff(RUN, 1)
    assert len({backoff(RunName(f"{LOANS}/{n}"), 5) for n in range(20)}) > 10


def newest(seen: Actual) -> Lifecycle:
    return lifecycle_of_newest(
        wanted(), wanted("before"), RETRIES, stage.view(stage.desired(stage.resource(LOANS)), seen)
    )


@pytest.mark.parametrize("state", ["waiting", "running"])
def test_the_clock_alone_never_stops_a_run_halfway(state: str) -> None:
    assert newest(stage.actual(stage.branch(OLD), stage.job(OLD, state))).run == OLD


def test_a_run_that_has_just_ended_is_finished_before_the_next_begins() -> None:
    found = newest(stage.actual(stage.branch(OLD), stage.job(OLD, "succeeded"), results={OLD: stage.result()}))
    assert (found.run, found.stage) == (OLD, Stage.FINISHING)


def test_a_former_run_that_came_to_its_end_or_never_began_gives_way() -> None:
    assert newest(stage.actual()).run == RUN
    assert newest(stage.actual(stage.version(OLD), results={OLD: stage.result()})).run == RUN
    assert newest(stage.actual(stage.branch(OLD), stage.failed(OLD, 65))).run == RUN
    refused = stage.result(accepted=False)
    assert newest(stage.actual(stage.branch(OLD, sealed=True), results={OLD: refused})).run == RUN


def tidied(seen: Actual) -> list[tuple[type, str]]:
    view = stage.view(stage.desired(stage.resource(LOANS)), seen)
    return [(type(change), change.target) for change in tidy(LOANS, frozenset({RUN}), view)]


def test_what_nobody_asks_for_any_more_is_cancelled_then_dropped() -> None:
    assert tidied(stage.actual(stage.branch(OLD), stage.job(OLD))) == [(CancelJob, OLD), (DropRun, OLD)]


def test_tidying_leaves_what_is_wanted_what_others_own_and_what_another_environment_opened() -> None:
    other = "datasets/others/0123456789ab"
    seen = stage.actual(stage.branch(RUN), stage.branch(other), stage.branch(OLD, ours=False), stage.job(OLD))
    assert tidied(seen) == []


def test_a_refused_output_stays_for_inspection_until_a_wanted_run_is_accepted() -> None:
    refused = stage.branch(OLD, sealed=True)
    assert tidied(stage.actual(refused)) == []
    assert tidied(stage.actual(refused, stage.version(RUN))) == [(DropRun, OLD)]


def spare(keep: int | None, **finished: str) -> list[str]:
    runs = {f"{LOANS}/{name}": {"provenance": {"finished_at": moment}} for name, moment in finished.items()}
    seen = stage.actual(*(stage.version(run) for run in runs), stage.version(RUN), results=runs)
    found = surplus(LOANS, keep, frozenset({RUN}), stage.view(stage.desired(stage.resource(LOANS)), seen))
    assert all(isinstance(change, DropRun) and change.accepted for change in found)
    return [change.target.rsplit("/", 1)[1] for change in found]


def test_data_is_never_deleted_unless_the_spec_says_so() -> None:
    assert spare(None, a="2026-01-01", b="2026-01-02") == []


def test_the_newest_versions_are_kept_beside_those_that_are_wanted() -> None:
    assert spare(1, a="2026-01-01", b="2026-01-03", c="2026-01-02") == ["c", "a"]
    assert spare(0, a="2026-01-01") == ["a"]
    assert spare(5, a="2026-01-01") == []


@pytest.mark.parametrize(("state", "dropped"), [("waiting", []), ("running", []), ("succeeded", [OLD])])
def test_a_version_that_a_job_still_reads_stays_until_that_has_ended(state: str, dropped: list[str]) -> None:
    reading = stage.job("experiments/score/1", state, inputs=(RunName(OLD),))
    seen = stage.actual(stage.version(OLD), stage.version(RUN), reading)
    found = surplus(LOANS, 0, frozenset({RUN}), stage.view(stage.desired(stage.resource(LOANS)), seen))
    assert [change.target for change in found] == dropped


def test_a_version_of_another_environment_is_not_ours_to_drop() -> None:
    theirs = stage.actual(stage.version(OLD, here=False), stage.version(RUN))
    assert surplus(LOANS, 0, frozenset({RUN}), stage.view(stage.desired(stage.resource(LOANS)), theirs)) == ()


def test_violations_are_told_on_one_line() -> None:
    many = [{"where": f"c{n}", "what": "bad"} for n in range(7)]
    assert violations({"violations": many[:5]}) == "c0: bad; c1: bad; c2: bad; c3: bad; c4: bad"
    assert violations({"violations": many}) == "c0: bad; c1: bad; c2: bad; c3: bad; c4: bad; and 2 more"
    assert violations({"violations": [{"where": "a", "what": "bad", "fix": "mend it"}]}) == "a: bad (mend it)"
    assert violations({"violations": ["odd"]}) == "the runner refused its output"
    assert violations({"what": "result.json is no JSON", "where": RUN}) == f"{RUN}: result.json is no JSON"


def test_errors_are_told_on_one_line() -> None:
    assert describe_error({}) == ""
    assert describe_error({"what": "gone"}) == "gone"
    assert describe_error({"what": "gone", "where": "a.csv", "fix": "restore it"}) == "a.csv: gone (restore it)"


def test_the_time_of_the_end_is_the_runners() -> None:
    assert finished_at({"provenance": {"finished_at": "2026-01-01"}}) == "2026-01-01"
    assert finished_at({"provenance": None}) == finished_at({}) == ""


def test_a_jobs_end_that_the_pool_does_not_know_counts_from_now() -> None:
    found = look(stage.actual(stage.branch(RUN), stage.job(RUN, "failed", exit_code=1)))
    assert isinstance(found.wake, datetime)
    assert found.wake - NOW == backoff(RUN, 1) > timedelta()


UNREAD = {"format": 2, "what": "result.json can't be read: it is of format 2", "fix": "upgrade the daemon"}


@pytest.mark.parametrize("there", [stage.version(RUN, here=False), stage.branch(RUN)])
def test_a_result_of_a_newer_format_is_left_as_it_is_until_the_daemon_is_upgraded(there: Any) -> None:
    found = look(stage.actual(there, stage.job(RUN, "succeeded"), results={RUN: UNREAD}))
    assert (found.stage, found.changes) == (Stage.WAITING, ())
    assert found.message == "result.json can't be read: it is of format 2 (upgrade the daemon)"


def test_what_a_failed_attempt_has_left_in_a_newer_format_is_left_over() -> None:
    seen = stage.actual(
        stage.branch(RUN), stage.job(RUN, "failed", exit_code=1, ended=ago(hours=1)), results={RUN: UNREAD}
    )
    assert isinstance(only(look(seen)), StartRun)


def test_an_image_that_knows_no_such_request_isn_t_tried_again_and_says_what_to_do() -> None:
    found = look(stage.actual(stage.branch(RUN), stage.job(RUN, "failed", exit_code=64)))
    assert found.stage is Stage.FAILED
    assert "exit code 64; what ran doesn't know such a request: upgrade the job's image" in found.message
