"""Datasets: refreshed by cron, by request, by an alert; refused data keeps the former version downstream."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.controllers.datasets import due_since
from reconciler.controllers.retraining import trigger_of
from reconciler.model.change import AcceptRun, CancelJob, CloseProposal, DropRun, OpenProposal, StartRun
from reconciler.model.decision import DataVersion, Decision, Phase
from reconciler.model.ids import Address, RunName
from reconciler.model.observed import Actual, Controls
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, GO, LOANS, NOW, SCORE, WATCH, ago, decide

NIGHTLY: dict[str, Any] = {"refresh": "0 3 * * *"}
COLUMNS = {"id": {"type": "integer"}}


def run_of(spec: dict[str, Any] | None = None, controls: Controls | None = None, now: datetime = NOW) -> RunName:
    """Return the name of the run that a spec asks for."""
    return stage.started(decide(stage.resource(LOANS, **(spec or {})), stage.actual(now=now, controls=controls))).run


def accepted(run: str, **facts: Any) -> Actual:
    document = stage.result(content="rows-1", metrics={"rows": 5.0}, facts={"rows": 5, **facts.pop("result", {})})
    return stage.actual(stage.version(run), results={run: document}, **facts)


def test_a_new_dataset_is_pulled() -> None:
    found = decide(stage.resource(LOANS), stage.actual())
    change = stage.started(found)
    assert (change.runner, change.params["source"]["sql"]["query"]) == ("ingest", "SELECT * FROM loans")
    assert (found.phase, found.output) == (Phase.WAITING, None)


def test_an_accepted_version_is_handed_on_and_told() -> None:
    run = run_of()
    found = decide(stage.resource(LOANS), accepted(run))
    assert (found.phase, found.reason) == (Phase.READY, "Accepted")
    assert found.message == f"version {run[-12:]} with 5 rows is merged"
    assert found.output == DataVersion(run, "rows-1")
    assert found.facts["version"] == run
    assert found.changes == ()


def test_a_version_of_one_row_is_told_as_one() -> None:
    run = run_of()
    seen = stage.actual(stage.version(run), results={run: stage.result(facts={"rows": 1})})
    assert decide(stage.resource(LOANS), seen).message == f"version {run[-12:]} with 1 row is merged"


def test_content_is_told_so_that_equal_data_retrains_nothing() -> None:
    seen = stage.actual(stage.version(run_of()), results={run_of(): stage.result()})
    assert decide(stage.resource(LOANS), seen).output == DataVersion(run_of(), run_of())


@pytest.mark.parametrize(
    "spec",
    [
        {"columns": COLUMNS},
        {"source": {"sql": {"url": "sqlite:///loans.db", "query": "SELECT 1"}}},
        {"minimum_rows": 9},
    ],
)
def test_a_spec_that_changes_the_data_asks_for_a_new_version(spec: dict[str, Any]) -> None:
    assert run_of(spec) != run_of()


def test_a_refresh_falls_due_by_cron_and_once_each_time() -> None:
    before, after, later = (run_of(NIGHTLY, now=NOW.replace(hour=hour)) for hour in (2, 3, 9))
    assert before != after == later
    found = decide(stage.resource(LOANS, **NIGHTLY), accepted(run_of(NIGHTLY)))
    assert found.wake == NOW.replace(day=8, hour=3, minute=0, second=0)


def test_a_job_that_is_tried_again_wakes_before_the_next_refresh() -> None:
    run = run_of(NIGHTLY)
    failed = stage.actual(stage.branch(run), stage.failed(run, 75))
    found = decide(stage.resource(LOANS, **NIGHTLY), failed)
    assert found.wake is not None
    assert found.wake < NOW + timedelta(minutes=1)


def test_a_refresh_falls_due_when_an_operator_asks() -> None:
    asked = stage.requested(LOANS, ago(minutes=1))
    assert run_of(controls=asked) != run_of()
    assert run_of(NIGHTLY, controls=asked) != run_of(NIGHTLY)
    assert run_of(NIGHTLY, controls=stage.requested(LOANS, ago(days=2))) == run_of(NIGHTLY)


def test_a_moment_has_one_name_in_whatever_zone_it_was_asked_for() -> None:
    local = datetime.fromisoformat("2026-01-07T13:00:00+02:00")
    seen = stage.actual(controls=stage.requested(LOANS, local))
    assert due_since(LOANS, None, stage.view(stage.desired(), seen)) == "2026-01-07T11:00:00+00:00"


def test_a_schedule_that_is_taken_away_brings_no_older_version_in_again() -> None:
    fresh = run_of(NIGHTLY)
    seen = accepted(fresh, facts={LOANS: {"due": "2026-01-07T03:00:00+00:00", "run": fresh, "version": fresh}})
    found = decide(stage.resource(LOANS), seen)
    assert (found.facts["run"], found.phase, found.changes) == (fresh, Phase.READY, ())


def test_an_alert_asks_for_fresh_data_once() -> None:
    report = f"{WATCH}/0123456789ab"
    alert = stage.reported(ago(days=1), alerts=["drift"])
    others = [stage.resource(a) for a in (SCORE, GO, API)]
    others.append(stage.resource(WATCH, alert={"action": "retrain"}))
    asked = {WATCH: {"action": "retrain", "acting_since": ago(days=9).isoformat()}}
    seen = stage.actual(stage.version(report), results={report: alert}, facts=asked)
    change = stage.started(decide(stage.resource(LOANS), seen, *others))
    assert change.run != run_of()
    results = {report: alert, change.run: stage.result()}
    settled = stage.actual(stage.version(report), stage.version(change.run), results=results, facts=asked)
    found = decide(stage.resource(LOANS), settled, *others)
    assert (found.changes, found.facts["refreshed_for"]) == ((), report)


def refused(spec: dict[str, Any], former: str, **recorded: Any) -> Decision:
    run = run_of(spec)
    bad = stage.result(accepted=False, violations=[{"where": "age", "what": "above 120"}])
    seen = stage.actual(
        stage.version(former),
        stage.branch(run, sealed=True),
        results={former: stage.result(content="rows-1"), run: bad},
        facts={LOANS: recorded},
    )
    return decide(stage.resource(LOANS, **spec), seen)


def test_refused_data_stalls_with_its_violations_and_keeps_the_former_version_downstream() -> None:
    former = run_of()
    found = refused(NIGHTLY, former, version=former)
    assert (found.phase, found.reason, found.message) == (Phase.STALLED, "DataRefused", "age: above 120")
    assert found.output == DataVersion(former, "rows-1")
    assert found.facts["violations"] == [{"where": "age", "what": "above 120"}]
    assert found.facts["version"] == former
    assert found.changes == ()


def test_a_former_version_that_is_gone_is_not_handed_on() -> None:
    assert refused(NIGHTLY, run_of(), version="datasets/loans/gone").output is None


def test_while_a_new_version_is_made_the_former_one_stands() -> None:
    former = run_of()
    seen = accepted(former, facts={LOANS: {"version": former, "run": former}})
    found = decide(stage.resource(LOANS, **NIGHTLY), seen)
    assert isinstance(found.changes[0], StartRun)
    assert found.output == DataVersion(former, "rows-1")


def test_a_version_that_was_accepted_as_the_next_fell_due_is_handed_on() -> None:
    """Else a refresh that takes longer than its schedule's span would never reach those downstream."""
    last = run_of(NIGHTLY, now=ago(days=1))
    seen = accepted(last, facts={LOANS: {"run": last, "version": "datasets/loans/older"}})
    assert decide(stage.resource(LOANS, **NIGHTLY), seen).output == DataVersion(last, "rows-1")


def test_a_refresh_that_has_begun_is_finished_before_the_next_begins() -> None:
    yesterday = decide(stage.resource(LOANS, **NIGHTLY), stage.actual(now=ago(days=1)))
    run = stage.started(yesterday).run
    seen = stage.actual(stage.branch(run), stage.job(run), facts={LOANS: yesterday.facts})
    found = decide(stage.resource(LOANS, **NIGHTLY), seen)
    assert (found.facts["run"], found.facts["due"], found.changes) == (run, yesterday.facts["due"], ())


def test_a_refresh_that_has_begun_gives_way_to_a_changed_spec() -> None:
    yesterday = decide(stage.resource(LOANS, **NIGHTLY), stage.actual(now=ago(days=1)))
    run = stage.started(yesterday).run
    seen = stage.actual(stage.branch(run), stage.job(run), facts={LOANS: yesterday.facts})
    found = decide(stage.resource(LOANS, minimum_rows=9, **NIGHTLY), seen)
    assert [type(change) for change in found.changes] == [StartRun, CancelJob, DropRun]


def test_an_accepted_refresh_lets_the_oldest_versions_go_where_the_spec_says_so() -> None:
    run, old = run_of({"keep": 2}), [f"{LOANS}/{digit * 12}" for digit in "ab"]
    results = {name: stage.result(provenance={"finished_at": f"2026-01-0{n}"}) for n, name in enumerate(old, 1)}
    seen = stage.actual(*map(stage.version, [run, *old]), results={**results, run: stage.result()})
    assert [c.target for c in stage.of(decide(stage.resource(LOANS, keep=2), seen), DropRun)] == [old[0]]
    assert stage.of(decide(stage.resource(LOANS), seen), DropRun) == []


def propose(*proposals: Any, spec: dict[str, Any] | None = None, **facts: Any) -> Decision:
    run = run_of(spec)
    told = stage.result(facts={"proposed_columns": COLUMNS})
    seen = stage.actual(stage.version(run), *proposals, results={run: told}, facts={LOANS: facts} if facts else None)
    return decide(stage.resource(LOANS, **(spec or {})), seen)


def test_a_spec_without_a_schema_gets_one_proposed_from_its_data() -> None:
    found = propose()
    (wanted,) = stage.of(found, OpenProposal)
    assert (wanted.file, wanted.edits) == ("specs/datasets/loans.yaml", {"columns": COLUMNS})
    assert found.phase is Phase.READY


def test_a_schema_is_proposed_once_and_remembered_when_it_was_seen() -> None:
    (wanted,) = stage.of(propose(), OpenProposal)
    seen = propose(stage.proposal(wanted.name))
    assert (seen.changes, seen.facts["proposed"]) == ((), [wanted.name])
    assert seen.message.endswith(f"; its schema waits for a review: {seen.facts['proposal']}")
    declined = propose(proposed=seen.facts["proposed"])
    assert (declined.changes, declined.facts["proposed"]) == ((), [wanted.name])
    assert "proposal" not in declined.facts
    assert "review" not in declined.message


def test_a_merged_schema_closes_its_proposal() -> None:
    merged = stage.proposal(f"{LOANS}/merged", "merged")
    found = propose(merged, spec={"columns": COLUMNS})
    assert [c.target for c in stage.of(found, CloseProposal)] == [merged.name]
    assert "proposal" not in found.facts
    assert stage.of(found, OpenProposal) == []


def test_a_dataset_of_another_environment_is_adopted() -> None:
    run = run_of()
    seen = stage.actual(stage.version(run, here=False), results={run: stage.result()})
    found = decide(stage.resource(LOANS), seen)
    assert (found.reason, found.output) == ("Merging", None)
    assert [change.target for change in stage.of(found, AcceptRun)] == [run]


def elsewhere(*causes: tuple[str | None, str], spec: dict[str, Any] | None = None) -> tuple[list[RunName], Actual]:
    """Return what another environment pulled: (since when it was due, when the run finished), each a version."""
    runs, results = [], {}
    for due, finished in causes:
        recorded = {LOANS: {"due": due, "run": "datasets/loans/x"}} if due else {}
        change = stage.started(decide(stage.resource(LOANS, **(spec or {})), stage.actual(facts=recorded)))
        runs.append(change.run)
        results[change.run] = stage.result(
            content=finished, facts={"rows": 21000}, provenance={**change.provenance, "finished_at": finished}
        )
    return runs, stage.actual(*(stage.version(run, here=False) for run in runs), results=results)


EARLY, LATE = "2026-01-05T10:00:00+00:00", "2026-01-06T10:00:00+00:00"


def test_a_new_environment_takes_the_newest_version_and_says_so() -> None:
    (first, _, newest), seen = elsewhere((None, "2026-01-04"), (EARLY, "2026-01-05"), (LATE, "2026-01-06"))
    found = decide(stage.resource(LOANS), seen)
    assert found.facts["run"] == newest != first
    assert found.facts["due"] == LATE
    (change,) = found.changes
    assert isinstance(change, AcceptRun)
    assert change.run == newest
    assert "it is the newest that another environment has accepted" in found.message


def test_what_was_taken_over_stays_and_goes_on_being_told() -> None:
    (_, newest), seen = elsewhere((None, "2026-01-04"), (LATE, "2026-01-06"))
    first = decide(stage.resource(LOANS), seen)
    here = stage.actual(stage.version(newest), results=seen.results, facts={LOANS: first.facts})
    again = decide(stage.resource(LOANS), here)
    assert (again.facts["run"], again.phase, again.changes) == (newest, Phase.READY, ())
    assert again.message.endswith("with 21,000 rows is merged; it is the newest that another environment has accepted")
    last = decide(stage.resource(LOANS), replace(here, recorded={LOANS: {"facts": dict(again.facts)}}))
    assert last.message == again.message


def test_an_environment_with_a_memory_keeps_to_its_own_versions() -> None:
    (first, _), seen = elsewhere((None, "2026-01-04"), (LATE, "2026-01-06"))
    own = stage.actual(
        stage.version(first), *seen.data.versions.values(), results=seen.results, facts={LOANS: {"run": first}}
    )
    assert decide(stage.resource(LOANS), own).facts["run"] == first


def test_versions_of_another_spec_are_not_taken() -> None:
    _, seen = elsewhere((LATE, "2026-01-06"), spec={"minimum_rows": 9})
    assert stage.started(decide(stage.resource(LOANS), seen)).run == run_of()


def test_a_refresh_that_is_due_here_since_then_is_pulled() -> None:
    _, seen = elsewhere((LATE, "2026-01-06"))
    assert stage.started(decide(stage.resource(LOANS, **NIGHTLY), seen)).run == run_of(NIGHTLY)


def test_a_version_that_does_not_say_when_it_was_made_is_not_taken_for_the_newest() -> None:
    (first, _), seen = elsewhere((None, "2026-01-04"), (LATE, "yesterday"))
    assert decide(stage.resource(LOANS), seen).facts["run"] == first


FEATURES, RATES = Address("datasets/features"), Address("datasets/rates")
DERIVED = {
    "source": {"derived": {"inputs": {"loans": LOANS, "rates": RATES}, "query": "FROM loans JOIN rates USING (day)"}}
}


def derive(seen: Actual | None = None, *, loans: str | None = "rows-1", rates: str | None = "rates-1") -> Decision:
    """Decide a dataset that is made of two others, of these contents or of no version."""
    above = [
        stage.upstream(address, stage.data(f"{address}/0123456789ab", content) if content else None)
        for address, content in ((LOANS, loans), (RATES, rates))
    ]
    return stage.decide(stage.resource(FEATURES, **DERIVED), seen or stage.actual(), upstream=above)


def test_a_derived_dataset_is_made_of_the_versions_of_its_inputs() -> None:
    change = stage.started(derive())
    assert change.runner == "ingest"
    assert change.inputs == {"loans": f"{LOANS}/0123456789ab", "rates": f"{RATES}/0123456789ab"}
    assert change.run == stage.started(derive()).run


@pytest.mark.parametrize("changed", [{"loans": "rows-2"}, {"rates": "rates-2"}])
def test_it_is_made_anew_when_an_input_changes(changed: dict[str, str]) -> None:
    assert stage.started(derive(**changed)).run != stage.started(derive()).run


def test_it_waits_for_an_input_and_hands_on_what_it_had() -> None:
    run = stage.started(derive()).run
    found = derive(rates=None)
    assert (found.reason, found.changes, found.output) == ("WaitsForUpstream", (), None)
    assert found.message.startswith(RATES)
    seen = stage.actual(
        stage.version(run),
        results={run: stage.result(content="features-1")},
        facts={FEATURES: {"run": run, "version": run}},
    )
    assert derive(seen, rates=None).output == DataVersion(run, "features-1")


def test_an_alert_asks_for_what_a_derived_dataset_is_made_of() -> None:
    features = stage.resource(FEATURES, **DERIVED)
    score = stage.resource(SCORE, dataset=FEATURES)
    others = [stage.resource(GO), stage.resource(API), stage.resource(WATCH, alert={"action": "retrain"})]
    report = RunName(f"{WATCH}/a")
    asked = {WATCH: {"action": "retrain", "acting_since": ago(days=90).isoformat()}}
    seen = stage.actual(
        stage.version(report),
        results={report: stage.reported(ago(hours=1), alerts=["drift"])},
        facts=asked,
    )
    whole = stage.desired(stage.resource(LOANS), stage.resource(RATES), features, score, *others)
    view = stage.view(whole, seen)
    assert trigger_of(LOANS, view) == trigger_of(RATES, view) == report
    above = [
        stage.upstream(address, stage.data(f"{address}/0123456789ab", content))
        for address, content in ((LOANS, "rows-1"), (RATES, "rates-1"))
    ]
    made = stage.started(
        stage.decide(features, seen, stage.resource(LOANS), stage.resource(RATES), score, *others, upstream=above)
    )
    assert made.run == stage.started(derive()).run


KEYED: dict[str, Any] = {"foreign_keys": [{"columns": "customer", "dataset": "datasets/customers", "key": "id"}]}
CUSTOMERS = Address("datasets/customers")


def keyed(content: str | None) -> Decision:
    version = stage.data(f"{CUSTOMERS}/0123456789ab", content) if content else None
    above = stage.upstream(CUSTOMERS, version)
    return stage.decide(stage.resource(LOANS, **KEYED), stage.actual(), upstream=[above])


def test_a_dataset_waits_for_those_that_its_keys_lead_to_and_is_made_from_their_content() -> None:
    assert keyed(None).reason == "WaitsForUpstream"
    change = stage.started(keyed("rows-1"))
    assert (list(change.inputs), change.made_from["inputs"]) == (["key-customers"], {"key-customers": "rows-1"})
    assert stage.started(keyed("rows-2")).run != change.run


def test_limits_of_drift_read_the_version_before_which_names_no_run() -> None:
    spec = {**NIGHTLY, "drift": {"rows": {"minimum": 0.5}}}
    first = stage.started(decide(stage.resource(LOANS, **spec), stage.actual()))
    assert first.inputs == {}
    recorded = {LOANS: {"run": "datasets/loans/before", "due": "2026-01-06T03:00:00+00:00"}}
    seen = accepted("datasets/loans/before", facts=recorded)
    later = stage.started(decide(stage.resource(LOANS, **spec), seen))
    assert (later.inputs, later.run) == ({"previous": "datasets/loans/before"}, first.run)
    without = stage.started(decide(stage.resource(LOANS, **NIGHTLY), seen))
    assert without.inputs == {"former-version": "datasets/loans/before"}  # of which the profile alone is read


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({"error": 1, "warning": 2, "info": 9}, "is merged, in which its profile finds 1 error and 2 warnings"),
        ({"info": 3}, "is merged"),
        ("odd", "is merged"),
        ({"error": "many"}, "is merged"),
    ],
)
def test_what_a_person_should_look_at_is_told(found: Any, told: str) -> None:
    run = run_of()
    view = stage.actual(stage.version(run), results={run: {"accepted": True, "facts": {"rows": 3, "found": found}}})
    assert decide(stage.resource(LOANS), view).message.endswith(told)
