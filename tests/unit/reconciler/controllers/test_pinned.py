"""Pinned data: the very version, taken over, refreshed by nothing; what skipped an environment doesn't begin."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.controllers.pinned import same_as
from reconciler.model.change import AcceptRun, CancelJob, DropRun, StartRun
from reconciler.model.decision import DataVersion, Decision, Phase
from reconciler.model.facts import VersionFacts
from reconciler.model.ids import Address, RunName
from reconciler.model.observed import Controls
from reconciler.model.resource import Resource
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import GO, LOANS, MARKS, NOW, ago

ROUTE = ["dev", "prod"]
BOTH = [LOANS, MARKS]


def version(address: Address, digit: str) -> RunName:
    return RunName(f"{address}/{digit * 12}")


def pinned(address: Address, digit: str = "1", content: str = "rows-1", **spec: Any) -> Resource:
    pin = {"version": version(address, digit), "content": content}
    return stage.resource(address, pin=pin, **spec)


def row(address: Address, digit: str = "1", since: str = "2026-01-01T00:00:00+00:00") -> dict[str, str]:
    return {"version": version(address, digit), "content": f"rows-{digit}", "since": since}


def results(address: Address) -> dict[RunName, dict[str, Any]]:
    return {version(address, d): stage.result(content=f"rows-{d}", metrics={"rows": float(d)}) for d in "123"}


def decide(
    thing: Resource,
    *things: Any,
    routed: bool = False,
    environment: str = "prod",
    before: dict[str, Any] | None = None,
    facts: dict[str, Any] | None = None,
    **parts: Any,
) -> Decision:
    address = thing.address
    there = things or tuple(stage.version(version(address, digit)) for digit in "123")
    known = {address: facts} if facts else None
    seen = stage.actual(*there, results={**results(address), **parts.pop("results", {})}, facts=known, **parts)
    seen = replace(seen, elsewhere={"dev": {address: {"facts": before}}} if before else {})
    promotion = {
        "experiment": None,
        "deployment": None,
        address.partition("/")[0].replace("datasets", "dataset"): address,
    }
    others = [stage.resource(GO, route=ROUTE, **promotion)] if routed else []
    return stage.decide(thing, seen, *others, environment=environment)


@pytest.mark.parametrize("address", BOTH)
def test_the_pinned_version_is_handed_on_whatever_is_newer(address: Address) -> None:
    found = decide(pinned(address, "2", "rows-2"), facts={"run": version(address, "3")})
    assert (found.phase, found.reason) == (Phase.READY, "Pinned")
    assert found.output == DataVersion(version(address, "2"), "rows-2")
    assert (found.facts["version"], found.facts["pinned"]) == (version(address, "2"), version(address, "2"))
    assert found.facts["content"] == "rows-2"


@pytest.mark.parametrize("address", BOTH)
def test_neither_cron_nor_an_operator_nor_an_alert_has_it_made_anew(address: Address) -> None:
    asked = Controls({address: stage.requested(address, NOW).resources[address]})
    facts = {"run": version(address, "1"), "due": ago(days=9).isoformat(), "refreshed_for": "monitors/watch/1"}
    found = decide(pinned(address, refresh="* * * * *"), controls=asked, facts=facts)
    assert stage.of(found, StartRun) == []
    assert found.wake is None
    assert (found.facts["due"], found.facts["refreshed_for"]) == (facts["due"], facts["refreshed_for"])


def test_what_was_begun_is_cancelled() -> None:
    run = version(LOANS, "9")
    there = (stage.version(version(LOANS, "1")), stage.branch(run), stage.job(run))
    assert {type(change) for change in decide(pinned(LOANS), *there).changes} == {CancelJob, DropRun}


def test_a_derived_dataset_needs_none_of_its_sources() -> None:
    source = {"derived": {"inputs": {"a": "datasets/a"}, "query": "SELECT 1"}}
    assert decide(pinned(LOANS, source=source)).reason == "Pinned"


@pytest.mark.parametrize("address", BOTH)
def test_a_version_of_another_environment_is_taken_over_and_the_former_goes_on(address: Address) -> None:
    there = (stage.version(version(address, "1")), stage.version(version(address, "2"), here=False))
    facts = {"version": version(address, "1"), "content": "rows-1", "in_force": [row(address)]}
    found = decide(pinned(address, "2", "rows-2"), *there, facts=facts)
    assert [change.run for change in stage.of(found, AcceptRun)] == [version(address, "2")]
    assert (found.phase, found.output) == (Phase.RECONCILING, DataVersion(version(address, "1"), "rows-1"))
    assert found.facts["in_force"] == [row(address)]


@pytest.mark.parametrize("address", BOTH)
def test_other_content_under_that_name_is_refused(address: Address) -> None:
    found = decide(pinned(address, "2", "rows-1"))
    assert (found.phase, found.reason, found.output) == (Phase.STALLED, "DigestMismatch", None)
    assert found.message.endswith("correct pin.content")


@pytest.mark.parametrize("address", BOTH)
def test_one_that_is_not_there_stalls_and_the_former_goes_on(address: Address) -> None:
    facts = {"version": version(address, "1"), "content": "rows-1", "in_force": [row(address)]}
    found = decide(pinned(address, "7", "rows-7"), facts=facts)
    assert (found.phase, found.reason) == (Phase.STALLED, "VersionNotFound")
    assert found.message.endswith(f"{version(address, '1')} goes on")
    assert found.output == DataVersion(version(address, "1"), "rows-1")


def test_of_a_newer_format_nothing_is_taken() -> None:
    newer = {version(LOANS, "1"): stage.result(format=99, what="it is newer", fix="upgrade")}
    assert decide(pinned(LOANS), results=newer).reason == "NewerFormat"


@pytest.mark.parametrize("address", BOTH)
@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (None, "SkippedEnvironment"),
        ({"in_force": 7}, "SkippedEnvironment"),
        ({"in_force": [{"version": "x"}]}, "SkippedEnvironment"),
        ({"content": "rows-1"}, "SkippedEnvironment"),
        ("other", "SkippedEnvironment"),
        ("same", "Pinned"),
        ("same data under another name", "Pinned"),
    ],
)
def test_a_version_that_skipped_an_environment_of_its_route_does_not_begin(
    address: Address, told: Any, reason: str
) -> None:
    rows = {
        "other": [row(address, "2")],
        "same": [row(address), row(address, "2")],
        "same data under another name": [{**row(address), "version": version(address, "8")}],
    }
    before = {"in_force": rows[told]} if isinstance(told, str) else told
    found = decide(pinned(address), routed=True, before=before)
    assert found.reason == reason
    assert (found.output is None) == (reason == "SkippedEnvironment")


def test_what_was_in_force_here_may_come_back_and_the_first_stage_takes_any() -> None:
    assert decide(pinned(LOANS), routed=True, facts={"in_force": [row(LOANS), row(LOANS, "2")]}).reason == "Pinned"
    assert decide(pinned(LOANS), routed=True, environment="dev").reason == "Pinned"
    assert decide(pinned(LOANS), routed=True, environment="lab").reason == "Pinned"


@pytest.mark.parametrize("address", BOTH)
def test_in_a_later_stage_nothing_is_made_and_what_was_made_before_goes_on(address: Address) -> None:
    found = decide(stage.resource(address), routed=True)
    assert (found.phase, found.reason, found.output, found.changes) == (Phase.WAITING, "NoVersion", None, ())
    own = {"run": version(address, "1"), "version": version(address, "1")}
    found = decide(stage.resource(address), routed=True, facts=own)
    assert (found.phase, found.output) == (Phase.READY, DataVersion(version(address, "1"), "rows-1"))
    again = decide(stage.resource(address), routed=True, facts=dict(found.facts))
    assert (again.output, again.facts) == (found.output, found.facts)


@pytest.mark.parametrize("address", BOTH)
def test_what_was_pinned_does_not_go_on_without_its_pin(address: Address) -> None:
    told = dict(decide(pinned(address), routed=True, before={"in_force": [row(address)]}).facts)
    found = decide(stage.resource(address), routed=True, facts=told)
    assert (found.output, "content" in found.facts) == (None, False)
    again = decide(stage.resource(address), routed=True, facts=dict(found.facts))
    assert (again.output, again.facts) == (None, found.facts)
    assert [one["version"] for one in again.facts["in_force"]] == [version(address, "1")]


def test_the_same_data_keeps_its_moment_and_its_name_while_that_is_there() -> None:
    former = {"in_force": [{**row(LOANS), "version": version(LOANS, "3")}]}
    found = decide(pinned(LOANS), facts=former)
    assert found.facts["in_force"] == former["in_force"]
    assert f"its content is that of {version(LOANS, '3')}, which stays the version in force" in found.message
    gone = {"in_force": [{**row(LOANS), "version": version(LOANS, "8")}]}
    assert decide(pinned(LOANS), facts=gone).facts["in_force"] == [row(LOANS)]
    other = {"in_force": [row(LOANS, "2")]}
    assert decide(pinned(LOANS), facts=other).facts["in_force"][-1] == row(LOANS, since=NOW.isoformat())


def test_only_so_many_are_kept_and_the_pinned_one_always_is() -> None:
    kept = {
        version(LOANS, d): stage.result(content=f"rows-{d}", provenance={"finished_at": f"2026-01-0{d}"}) for d in "123"
    }
    found = decide(pinned(LOANS, keep=2), results=kept)
    assert [change.run for change in stage.of(found, DropRun)] == [version(LOANS, "2")]


@pytest.mark.parametrize("address", BOTH)
def test_what_comes_in_once_more_says_why_the_former_version_stays_in_force(address: Address) -> None:
    former = {**row(address), "version": version(address, "3")}
    same = DataVersion(version(address, "1"), "rows-1")
    facts: VersionFacts = {"content": "rows-1", "in_force": [former]}
    why = f"its content is that of {former['version']}, which stays the version in force since 2026-01-01 00:00 UTC"
    assert same_as(same, facts) == why
    assert same_as(DataVersion(version(address, "3"), "rows-1"), facts) == ""
    assert same_as(DataVersion(version(address, "2"), "rows-2"), facts) == ""
    assert same_as(None, facts) == same_as(same, {}) == ""


def test_a_dataset_tells_that_its_newest_version_is_the_one_in_force_by_another_name() -> None:
    thing = stage.resource(LOANS)
    run = stage.started(stage.decide(thing, stage.actual())).run
    former = {**row(LOANS), "version": version(LOANS, "3")}
    both = stage.version(run), stage.version(version(LOANS, "3"))
    told = {run: stage.result(content="rows-1", facts={"rows": 5})}
    found = stage.decide(thing, stage.actual(*both, results=told, facts={LOANS: {"in_force": [former]}}))
    assert found.message.startswith(
        f"version {run[-12:]} with 5 rows is merged; its content is that of {former['version']}"
    )
    assert found.facts["in_force"] == [former]
