"""Growing datasets: with which version a refresh goes on."""

from typing import Any

from reconciler.model.decision import Decision
from reconciler.model.ids import Address, RunName
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS, NOW, decide

NIGHTLY: dict[str, Any] = {"refresh": "0 3 * * *"}
GROWING: dict[str, Any] = {
    **NIGHTLY,
    "source": {"sql": {"url": "sqlite:///a.db", "query": "SELECT 1", "incremental": {"watermark": "at", "lag": "1h"}}},
}
WEEKLY: dict[str, Any] = {
    **NIGHTLY,
    "source": {"sql": {**GROWING["source"]["sql"], "incremental": {"watermark": "at", "full": "30 4 * * wed"}}},
}
"""The seventh is a Wednesday."""


def night(spec: dict[str, Any], day: int, facts: Any, *versions: str) -> Decision:
    """Decide in a night, in a world that has some versions, with what the last status told."""
    results = {RunName(run): stage.result(content=run) for run in versions}
    things = [stage.version(RunName(run)) for run in versions]
    told = {LOANS: facts} if facts else {}
    return decide(
        stage.resource(LOANS, **spec), stage.actual(*things, results=results, facts=told, now=NOW.replace(day=day))
    )


def test_a_growing_dataset_goes_on_with_the_version_before() -> None:
    first = stage.started(night(GROWING, 7, {}))
    assert first.inputs == {}
    assert first.params["source"]["sql"]["incremental"]["lag"] == 3600
    stood = night(GROWING, 7, {"run": first.run, "due": "2026-01-07T03:00:00+00:00"}, first.run)
    assert (stood.changes, stood.facts["version"]) == ((), first.run)
    second = stage.started(night(GROWING, 8, stood.facts, first.run))
    assert second.inputs == {"former-version": first.run}
    assert second.provenance["former"] == first.run


def test_so_does_one_of_files_that_come() -> None:
    files = {"url": "s3://a/b", "format": "csv", "incremental": {"by": "files", "full": "30 4 * * wed"}}
    spec = {**NIGHTLY, "source": {"files": files}}
    first = stage.started(night(spec, 5, {}))
    assert first.params["source"]["files"]["incremental"] == {"by": "files"}
    stood = night(spec, 5, {"run": first.run, "due": "2026-01-05T03:00:00+00:00"}, first.run)
    second = stage.started(night(spec, 6, stood.facts, first.run))
    assert second.inputs == {"former-version": first.run}
    later = {"run": second.run, "version": second.run, "due": "2026-01-06T03:00:00+00:00"}
    third = stage.started(night(spec, 7, later, second.run))
    assert third.inputs == {}


def test_a_query_that_grows_goes_on_with_the_newest_version_and_isnt_named_by_it() -> None:
    query = {"inputs": {"a": "datasets/a"}, "query": "FROM a"}
    mine = RunName(f"{LOANS}/mine")
    above = [stage.upstream(Address("datasets/a"), stage.data("datasets/a/0123456789ab"))]

    def run(derived: dict[str, Any], *versions: Any) -> Any:
        actual = stage.actual(*versions, results={mine: stage.result()}, facts={LOANS: {"run": mine}}, now=NOW)
        return stage.started(decide(stage.resource(LOANS, source={"derived": derived}), actual, upstream=above))

    grown = {**query, "incremental": {"by": "parts"}}
    first, second = run(grown), run(grown, stage.version(mine))
    assert "former-version" not in first.inputs
    assert second.inputs["former-version"] == mine
    assert first.run == second.run
    whole, compared = run(query), run(query, stage.version(mine))
    assert whole.run == compared.run, "a version that is only compared with names no run"


def test_its_former_version_is_the_one_of_when_it_fell_due_in_whatever_pass() -> None:
    first = stage.started(night(GROWING, 7, {})).run
    begun = night(GROWING, 8, {"run": first, "version": first, "due": "2026-01-07T03:00:00+00:00"}, first)
    second = stage.started(begun).run
    assert begun.facts["former"] == first
    ended = night(GROWING, 8, begun.facts, first, second)
    assert (ended.changes, ended.facts["run"], ended.facts["former"]) == ((), second, first)
    without_the_former = night(GROWING, 8, ended.facts, second)
    assert (without_the_former.changes, without_the_former.facts["run"]) == ((), second)


def test_a_refused_version_is_not_gone_on_with() -> None:
    first, refused = stage.started(night(GROWING, 7, {})).run, f"{LOANS}/ffffffffffff"
    told = {"run": refused, "version": first, "due": "2026-01-07T03:00:00+00:00", "former": first}
    assert stage.started(night(GROWING, 8, told, first)).inputs == {"former-version": first}


def test_all_is_read_again_when_a_full_refresh_falls_due() -> None:
    first = stage.started(night(WEEKLY, 6, {})).run
    told = {"run": first, "version": first, "due": "2026-01-06T03:00:00+00:00"}
    full = night(WEEKLY, 7, told, first)
    assert stage.started(full).inputs == {}
    assert full.facts["due"] == "2026-01-07T04:30:00+00:00"
    after = {**full.facts, "run": stage.started(full).run, "version": stage.started(full).run}
    assert stage.started(night(WEEKLY, 8, after, after["run"])).inputs == {"former-version": after["run"]}


def test_an_environment_that_lost_its_memory_finds_the_version_with_its_former_one() -> None:
    first = stage.started(night(GROWING, 7, {}))
    second = stage.started(night(GROWING, 8, {"run": first.run, "due": "2026-01-07T03:00:00+00:00"}, first.run))
    finished = {"finished_at": "2026-01-08T04:00:00+00:00"}
    results = {second.run: stage.result(provenance={**second.provenance, **finished})}
    seen = stage.actual(stage.version(second.run), results=results, now=NOW.replace(day=8))
    found = decide(stage.resource(LOANS, **GROWING), seen)
    assert (found.changes, found.facts["run"], found.facts["former"]) == ((), second.run, first.run)


STREAM: dict[str, Any] = {**NIGHTLY, "source": {"stream": {"protocol": "kafka", "url": "k:9092", "topics": "loans"}}}


def test_a_stream_goes_on_with_the_newest_version_whatever_is_asked_for_otherwise() -> None:
    first = stage.started(night(STREAM, 7, {})).run
    stood = night(STREAM, 7, {"run": first, "due": "2026-01-07T03:00:00+00:00"}, first)
    assert stood.changes == ()
    changed = {**STREAM, "minimum_rows": 5}
    anew = stage.started(night(changed, 7, stood.facts, first))
    assert anew.inputs == {"former-version": first}
    told = night(changed, 7, stood.facts, first).facts
    assert (told["run"], told["former"]) == (anew.run, first)
    assert night(changed, 7, told, first, anew.run).changes == ()
    assert stage.started(night(changed, 8, {**told, "version": anew.run}, first, anew.run)).inputs == {
        "former-version": anew.run
    }


def test_a_stream_s_run_is_not_merged_onto_another_version_than_it_read_on_from() -> None:
    """Compare and set: the run's name holds its former version, and another one standing there means another run."""
    first = stage.started(night(STREAM, 7, {})).run
    due = {"run": first, "version": first, "due": "2026-01-07T03:00:00+00:00"}
    second = stage.started(night(STREAM, 8, due, first)).run
    other = f"{LOANS}/eeeeeeeeeeee"
    facts = {"run": second, "version": other, "due": "2026-01-08T03:00:00+00:00", "former": first}
    made = night(STREAM, 8, facts, first, other)
    assert stage.started(made).inputs == {"former-version": other}
    assert made.facts["run"] != second


def test_a_stream_s_environment_that_lost_its_memory_goes_on_with_what_is_here() -> None:
    first = stage.started(night(STREAM, 7, {})).run
    anew = stage.started(night({**STREAM, "minimum_rows": 5}, 8, {}, first))
    assert anew.inputs == {"former-version": first}
    assert night(STREAM, 7, {}, first).changes == ()


def test_a_stream_s_refused_version_is_not_gone_on_with() -> None:
    first, refused = stage.started(night(STREAM, 7, {})).run, f"{LOANS}/ffffffffffff"
    told = {"run": refused, "version": first, "due": "2026-01-07T03:00:00+00:00", "former": first}
    assert stage.started(night(STREAM, 8, told, first)).inputs == {"former-version": first}
