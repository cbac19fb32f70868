"""Promotions of data: what is in force before, soaked, within its gates, is proposed with how it differs."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.change import AcceptRun, CloseProposal, JudgeProposal, MergeProposal, OpenProposal
from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import Address, RunName
from reconciler.model.observed import Proposal
from tests.unit.reconciler import stage
from tests.unit.reconciler.controllers.test_pinned import BOTH, version
from tests.unit.reconciler.stage import GO, LOANS, MARKS, ago

ROUTE = ["dev", ["eu", "us"], "prod"]


def told(address: Address, digit: str = "2", hours: float = 30, **facts: Any) -> dict[str, Any]:
    """Return what an environment tells of a version that is in force there for so many hours."""
    since = ago(hours=hours).isoformat()
    rows = [{"version": version(address, digit), "content": f"rows-{digit}", "since": since}]
    return {"state": "reconciling", "facts": {"content": f"rows-{digit}", "in_force": rows, **facts}}


def made(digit: str, rows: float, **parts: Any) -> dict[str, Any]:
    provenance = {"finished_at": ago(hours=int(digit)).isoformat(), "commit": "c" * 40, **parts.pop("provenance", {})}
    figures = {"rows": rows, "missing_share": 0.1, "alpha": 0.8, **parts.pop("metrics", {})}
    return stage.result(content=f"rows-{digit}", metrics=figures, provenance=provenance, **parts)


def decide(
    address: Address = LOANS,
    *things: Any,
    eu: dict[str, Any] | None = None,
    us: dict[str, Any] | None = None,
    pinned: str | None = "1",
    environment: str = "prod",
    facts: dict[str, Any] | None = None,
    results: dict[Any, Any] | None = None,
    versions: Any = None,
    **spec: Any,
) -> Decision:
    found = {version(address, d): made(d, 100.0 * int(d)) for d in "123"} | (results or {})
    versions = versions or [stage.version(version(address, digit)) for digit in "123"]
    seen = stage.actual(*versions, *things, results=found, facts={GO: facts} if facts else None)
    statuses = {"eu": eu or told(address), "us": us or told(address)}
    seen = replace(seen, elsewhere={name: {address: status} for name, status in statuses.items()})
    pin = {"pin": {"version": version(address, pinned), "content": f"rows-{pinned}"}} if pinned else {}
    subject = {"experiment": None, "deployment": None, "labels" if address == MARKS else "dataset": address}
    promotion = stage.resource(GO, **subject, **{"route": ROUTE, **spec})
    return stage.decide(promotion, seen, stage.resource(address, **pin), environment=environment)


@pytest.mark.parametrize("address", BOTH)
def test_what_is_in_force_in_the_stage_before_is_proposed_by_its_name_and_its_content(address: Address) -> None:
    found = decide(address)
    (wanted,) = stage.of(found, OpenProposal)
    assert (found.reason, found.facts["candidate"]) == ("WaitsForReview", version(address, "2"))
    assert wanted.edits == {"pin": {"version": version(address, "2"), "content": "rows-2"}}
    assert wanted.file == f"environments/prod/{address}.yaml"
    assert wanted.title == f"Promote {version(address, '2')} to {address} in prod"


def test_the_proposal_tells_how_the_version_differs_where_it_comes_from_and_the_way_back() -> None:
    types = {"id": "integer", "age": "integer", "old|col`": "string"}
    later = {"id": "integer", "age": "number", "new <b>": "string"}
    told_by = {"input_loans": "datasets/raw/1", "due": "2026-01-07T03:00:00+00:00"}
    results = {
        version(LOANS, "1"): made("1", 100, facts={"types": types}),
        version(LOANS, "2"): made("2", 250, facts={"types": later}, provenance=told_by),
    }
    (wanted,) = stage.of(decide(results=results), OpenProposal)
    body = wanted.body
    assert body.startswith(
        f"Pins `{version(LOANS, '2')}` as the version of `datasets/loans` in prod, in place of `{version(LOANS, '1')}`."
    )
    assert "| rows | 100 | 250 | +150 |" in body
    assert "| missing_share | 0.1 | 0.1 |  |" in body
    assert "| age | integer | number | another type |" in body
    assert "| new &lt;b&gt; |  | string | new |" in body
    assert "gone |" in body
    assert "- made: 2026-01-07 10:00 UTC\n" in body
    assert "- made from loans: `datasets/raw/1`" in body
    assert "`setpoint rollback datasets/loans --environment prod`" in body


@pytest.mark.parametrize("types", [None, 7, ["id"], {}])
def test_what_an_odd_run_told_of_its_columns_breaks_no_proposal(types: Any) -> None:
    results = {version(LOANS, "2"): made("2", 250, facts={"types": types} if types is not None else {})}
    assert stage.of(decide(results=results), OpenProposal)
    assert stage.of(
        decide(results={version(LOANS, "2"): {**made("2", 1), "metrics": {"rows": "many"}, "facts": []}}), OpenProposal
    )


def test_in_the_first_stage_and_off_the_route_nothing_is_proposed() -> None:
    first = decide(environment="dev")
    assert (first.phase, first.reason, first.changes) == (Phase.READY, "FollowsSource", ())
    assert decide(environment="lab").reason == "NotOnRoute"
    assert decide(route=[]).reason == "FollowsSource"


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ({"facts": {}}, "us has no version of datasets/loans in force yet"),
        ({"facts": {"in_force": "all"}}, "us has no version of datasets/loans in force yet"),
        (told(LOANS, content="rows-9"), "us has no version of datasets/loans in force now"),
        (told(LOANS, "3"), "the environments before this one differ: "),
    ],
)
def test_it_waits_for_the_environments_before(status: dict[str, Any], why: str) -> None:
    found = decide(us=status)
    assert (found.phase, found.reason) == (Phase.WAITING, "WaitsForEnvironment")
    assert found.message.startswith(why)


def test_the_same_content_under_two_names_is_the_same() -> None:
    other = told(LOANS)
    other["facts"]["in_force"][0]["version"] = version(LOANS, "8")
    assert decide(us=other).reason == "WaitsForReview"


def test_it_soaks_where_it_came_to_be_in_force_last() -> None:
    found = decide(us=told(LOANS, hours=2), soak={"served": "24h"})
    assert (found.reason, found.wake) == ("Soaking", ago(hours=2) + (stage.NOW - ago(hours=24)))
    assert "it is in force in us since 2026-01-07 10:00 UTC, and has to for 1d" in found.message


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (told(LOANS, "7"), "VersionNotFound"),
        (
            {"facts": {"content": "x", "in_force": [{**told(LOANS)["facts"]["in_force"][0], "content": "x"}]}},
            "DigestMismatch",
        ),
        (
            {
                "facts": {
                    "content": "x",
                    "in_force": [
                        {"version": "datasets/other/222222222222", "content": "x", "since": "2026-01-01T00:00:00Z"}
                    ],
                }
            },
            "VersionNotFound",
        ),
    ],
)
def test_what_anybody_may_have_written_there_is_held_against_the_data_store(
    status: dict[str, Any], reason: str
) -> None:
    found = decide(eu=status, us=status)
    assert (found.phase, found.reason, found.changes) == (Phase.STALLED, reason, ())


def test_a_version_is_taken_over_before_it_is_proposed() -> None:
    versions = [stage.version(version(LOANS, "1")), stage.version(version(LOANS, "2"), here=False)]
    found = decide(versions=versions)
    assert [change.run for change in stage.of(found, AcceptRun)] == [version(LOANS, "2")]
    assert stage.of(found, OpenProposal) == []


def test_what_is_pinned_already_is_told_so_by_its_content() -> None:
    alike = {version(LOANS, "1"): made("1", 1) | {"content": "rows-2"}}
    found = decide(results=alike, pinned="2")
    assert (found.phase, found.reason) == (Phase.READY, "Promoted")


@pytest.mark.parametrize(
    "memory",
    [
        {"promoted": [version(LOANS, "2"), version(LOANS, "1")]},
        {"promoted": [version(LOANS, "9"), version(LOANS, "1")], "contents": {version(LOANS, "9"): "rows-2"}},
    ],
)
def test_what_was_taken_back_is_not_proposed_again_under_any_name(memory: dict[str, Any]) -> None:
    found = decide(facts=memory)
    assert (found.reason, found.changes) == ("RolledBack", ())


@pytest.mark.parametrize(
    ("gate", "reason"),
    [
        ({"metric": "rows", "minimum": 150}, "WaitsForReview"),
        ({"metric": "rows", "minimum": 250}, "GatesFailed"),
        ({"metric": "missing_share", "maximum": 0.05}, "GatesFailed"),
        ({"metric": "columns", "minimum": 1}, "GatesFailed"),
        ({"metric": "rows", "worse_than_live": 0}, "WaitsForReview"),
        ({"metric": "rows", "worse_than_live": 50, "pinned": "3"}, "LiveIsBetter"),
        ({"metric": "rows", "worse_than_live": 100, "pinned": "3"}, "WaitsForReview"),
        ({"metric": "rows", "worse_than_live": 0, "pinned": None}, "WaitsForReview"),
    ],
)
def test_gates_hold_the_figures_of_the_version(gate: dict[str, Any], reason: str) -> None:
    bounds = {name: value for name, value in gate.items() if name != "pinned"}
    found = decide(gates=[bounds], pinned=gate.get("pinned", "1"))
    assert found.reason == reason
    assert bool(stage.of(found, OpenProposal)) == (reason == "WaitsForReview")


def test_a_pinned_version_that_is_gone_passes_no_gate() -> None:
    left = [stage.version(version(LOANS, digit)) for digit in "23"]
    found = decide(versions=left, gates=[{"metric": "rows", "worse_than_live": 0}])
    assert found.reason == "NotComparable"
    assert f"can't be held against {version(LOANS, '1')}, which the data store has no more" in found.message
    assert stage.of(decide(versions=left, gates=[{"metric": "rows", "minimum": 1}]), OpenProposal)


def test_of_what_is_less_the_better_more_is_worse() -> None:
    worse = {version(LOANS, "2"): made("2", 200, metrics={"missing_share": 0.3})}
    found = decide(results=worse, gates=[{"metric": "missing_share", "worse_than_live": 0.1}])
    assert found.message.endswith(
        "missing_share of the candidate is 0.3000, at most 0.1 worse than the live version's 0.1000"
    )


def test_data_that_is_too_old_is_not_proposed_and_that_which_came_in_again_is_fresh() -> None:
    assert decide(freshness="1h").message.endswith(
        "its data is of 2026-01-07 10:00 UTC, and at most 1h old is asked for"
    )
    again = {version(LOANS, "1"): made("1", 1) | {"content": "rows-2"}}
    assert decide(freshness="1h", results=again, pinned="3").reason == "WaitsForReview"


def opened() -> Proposal:
    (wanted,) = stage.of(decide(), OpenProposal)
    return replace(stage.proposal(wanted.name), statuses=())


def test_each_gate_is_a_status_on_the_proposal() -> None:
    name = opened().name
    spec = {"soak": {"served": "24h"}, "freshness": "4h", "gates": [{"metric": "rows", "minimum": 1}]}
    (told_,) = stage.of(decide(LOANS, opened(), **spec), JudgeProposal)
    assert told_.name == name
    assert {one.context: one.verdict.value for one in told_.statuses} == {
        "setpoint/prod/rows": "success",
        "setpoint/prod/soak": "success",
        "setpoint/prod/data": "success",
    }


def test_it_is_merged_where_nobody_has_to_approve() -> None:
    (merge,) = stage.of(decide(LOANS, opened(), approval="auto"), MergeProposal)
    assert merge.edits == {"pin": {"version": version(LOANS, "2"), "content": "rows-2"}}


def test_a_newer_version_replaces_the_proposal_and_one_that_was_declined_stays_so() -> None:
    newer = told(LOANS, "3")
    found = decide(LOANS, opened(), eu=newer, us=newer)
    assert [type(change) for change in found.changes] == [OpenProposal, CloseProposal]
    assert decide(LOANS, replace(opened(), state=stage.proposal("x/y/z", "closed").state)).reason == "Declined"


def test_what_is_live_is_remembered_with_its_content() -> None:
    assert decide().facts["contents"] == {version(LOANS, "1"): "rows-1"}
    assert decide().facts["subject"] == LOANS
    assert RunName(version(LOANS, "1")) in decide().facts["promoted"]
