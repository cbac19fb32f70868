"""What a campaign's models have said: asked once, used round by round, and gone without where nobody answers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.controllers.campaign_scores import Scores, scores_of
from reconciler.model.change import StartRun
from reconciler.model.decision import DataVersion, Live
from reconciler.model.ids import Address, RunName
from reconciler.model.observed import Actual, Endpoint, Revision, RevisionState
from runners.contract import UNAVAILABLE
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS, MARKS

SPAM = Address("deployments/spam")
URL = "http://127.0.0.1:1"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CAMPAIGN = {"show": "text", "select": {"uncertain": {"deployment": SPAM}}, "prelabels": {"deployment": SPAM}}


def live(trial: str = "experiments/spam/1") -> Live:
    return Live(RunName(trial), f"rev-{trial[-1]}", URL, "", "", NOW)  # type: ignore[arg-type]


def seen(*things: Any, serves: Live | None = None, **more: Any) -> Actual:
    if serves:
        revision = Revision(serves.revision, serves.trial, RevisionState.READY, URL)
        things = (*things, Endpoint(SPAM, URL, {serves.revision: revision}, {serves.revision: 100}))
    return stage.actual(*things, **more)


def scores(
    actual: Actual, serves: Live | None, *, amid: bool = False, facts: Mapping[str, Any] | None = None, **campaign: Any
) -> Scores:
    spec = {"exports": None, "choices": ["spam", "ham"]}
    wanted = stage.resource(MARKS, **spec, campaign={**CAMPAIGN, **campaign})
    upstream = [stage.upstream(LOANS, stage.data()), stage.upstream(SPAM, serves)]
    seen = replace(actual, recorded={MARKS: {"facts": dict(facts or {})}})
    view = stage.view(stage.desired(wanted), seen, upstream)
    return scores_of(wanted, DataVersion(RunName(f"{LOANS}/1"), "data-1"), view, is_amid=amid)


def ordered(found: Scores) -> StartRun:
    (start,) = (change for change in found.changes if isinstance(change, StartRun))
    return start


def accepted(run: RunName, content: str = "scores-1") -> tuple[Any, dict[str, Any]]:
    return stage.version(run), {run: stage.result(content=content)}


def test_a_model_is_asked_once_for_all_that_it_is_asked_for_and_waited_for() -> None:
    start = ordered(scores(seen(serves=live()), live()))
    assert (start.runner, start.urls, start.params) == ("score", {"endpoint": URL}, {"name": "spam", "where": None})
    found = scores(seen(serves=live()), live())
    assert (dict(found.versions), found.notes) == ({}, [])
    assert "deployments/spam is asked about the examples" in found.waits


def test_the_run_is_named_by_the_data_and_the_model_and_not_by_where_that_serves() -> None:
    names = {ordered(scores(seen(serves=one), one)).run for one in (live(), live("experiments/spam/2"))}
    assert len(names) == 2
    again = ordered(
        scores(seen(serves=live()), live(), amid=True, select={"uncertain": {"deployment": SPAM, "by": "margin"}})
    )
    assert again.run in names


def test_what_it_said_serves_both() -> None:
    run = ordered(scores(seen(serves=live()), live())).run
    version, results = accepted(run)
    found = scores(seen(version, serves=live(), results=results), live())
    assert {role: one.content for role, one in found.versions.items()} == {
        "uncertain": "scores-1", "prelabels": "scores-1",
    }  # fmt: skip
    assert found.facts[SPAM]["model"] == "experiments/spam/1"
    assert (found.changes, found.waits, found.notes) == ([], "", [])


@pytest.mark.parametrize("amid", [True, False])
def test_a_new_model_is_asked_when_nobody_waits_for_an_answer(*, amid: bool) -> None:
    old, new = live(), live("experiments/spam/2")
    version, results = accepted(ordered(scores(seen(serves=old), old)).run)
    facts = {"scores": scores(seen(version, serves=old, results=results), old).facts}
    found = scores(seen(version, serves=new, results=results), new, amid=amid, facts=facts)
    assert found.versions["uncertain"].content == "scores-1"
    assert len(found.changes) == (0 if amid else 1)
    assert found.waits == ""
    other = scores(seen(version, serves=new, results=results), new, amid=True, facts=facts, select={
        "uncertain": {"deployment": SPAM}, "where": "region = 'x'"})  # fmt: skip
    assert len(other.changes) == 1, "another condition is another question"


@pytest.mark.parametrize("has_former", [True, False])
def test_where_nobody_answers_the_campaign_goes_on(*, has_former: bool) -> None:
    old, new = live(), live("experiments/spam/2")
    things: list[Any] = []
    results: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    if has_former:
        version, results = accepted(ordered(scores(seen(serves=old), old)).run)
        facts, things = {"scores": scores(seen(version, serves=old, results=results), old).facts}, [version]
    told = "what it said before counts" if has_former else "the campaign goes on without"
    gone = scores(seen(*things, results=results), None, facts=facts)
    assert gone.notes == [f"{SPAM} can't be asked about the examples (no model serves there): {told}"]
    run = ordered(scores(seen(*things, serves=new, results=results), new, facts=facts)).run
    job = stage.failed(run, UNAVAILABLE)
    failed = scores(seen(*things, stage.branch(run), job, serves=new, results=results), new, facts=facts)
    assert told in failed.notes[0]
    assert failed.waits == ""
    for found in (gone, failed):
        assert [one.content for one in found.versions.values()] == ["scores-1"] * (2 if has_former else 0)
