"""Webhooks are asked once for a head, again where they wait, and nothing is merged before they pass it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.controllers.webhooks import ASKED, LOOK
from reconciler.model.change import AskWebhook, JudgeProposal, MergeProposal
from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import CommitId
from reconciler.model.observed import Actual, Proposal, WebhookAnswer
from reconciler.model.reviews import Verdict
from tests.unit.reconciler import stage
from tests.unit.reconciler.controllers.test_promotions import BEST, decide, proposed
from tests.unit.reconciler.stage import GO, MODEL, NOW

HOOK = {"name": "risk", "url": "https://gates.example.com/", "secret": "${secret:RISK}", "every": "5m"}
SPEC: dict[str, Any] = {"webhooks": [HOOK], "approval": "auto"}
SUCCESS, FAILURE, PENDING = Verdict.SUCCESS, Verdict.FAILURE, Verdict.PENDING


def on_page(head: str = "p" * 40, **spec: Any) -> Proposal:
    wanted = proposed(**{**SPEC, **spec})
    return replace(stage.proposal(wanted.name), commit=CommitId(head), statuses=())


def at(
    *things: Any,
    now: datetime = NOW,
    answers: dict[str, WebhookAnswer] | None = None,
    facts: Any = None,
    controls: Any = None,
    **spec: Any,
) -> Decision:
    """Decide once the comparison is accepted."""
    told = {**SPEC, **spec}
    run = stage.started(decide(stage.actual(), **told)).run
    results = {run: stage.result(metrics={"candidate.roc_auc": 0.9})}
    seen: Actual = stage.actual(
        stage.version(run), *things, now=now, results=results, facts={GO: facts} if facts else None, controls=controls
    )
    return decide(replace(seen, answers=answers or {}), **told)


def asked(found: Decision) -> AskWebhook:
    (change,) = stage.of(found, AskWebhook)
    return change


def answered(verdict: Verdict, reason: str = "so", ago: float = 0.0) -> dict[str, WebhookAnswer]:
    return {asked(at(on_page())).question: WebhookAnswer(verdict, reason, NOW - timedelta(seconds=ago))}


def test_what_is_not_open_yet_is_not_asked_about() -> None:
    assert stage.of(at(), AskWebhook) == []


def test_an_open_proposal_is_asked_about_once_with_digests_and_figures() -> None:
    found = at(on_page())
    change = asked(found)
    assert (change.url, change.secret, change.timeout) == (HOOK["url"], HOOK["secret"], 10.0)
    candidate = change.data["candidate"]
    assert (candidate["trial"], candidate["digest"]) == (BEST.run, MODEL)
    assert change.data["metrics"] == {"roc_auc": 0.9}
    assert change.data["proposal"]["head"] == "p" * 40
    assert stage.of(found, MergeProposal) == []
    assert (found.phase, found.reason, found.wake) == (Phase.WAITING, "WaitsForChecks", NOW + LOOK)
    assert "waits for webhook risk" in found.message
    (judged,) = stage.of(found, JudgeProposal)
    assert [(one.context, one.verdict, one.description) for one in judged.statuses] == [
        ("setpoint/dev/webhook risk", PENDING, ASKED)
    ]


def test_one_that_passed_is_merged() -> None:
    found = at(on_page(), answers=answered(SUCCESS, "all is well"))
    assert stage.of(found, AskWebhook) == []
    assert len(stage.of(found, MergeProposal)) == 1
    (judged,) = stage.of(found, JudgeProposal)
    assert [(one.verdict, one.description) for one in judged.statuses] == [(SUCCESS, "all is well")]


def test_one_that_failed_is_not_and_is_asked_no_more() -> None:
    found = at(on_page(), answers=answered(FAILURE, "too risky", ago=1e6))
    assert (found.phase, found.reason) == (Phase.STALLED, "CheckFailed")
    assert found.message.endswith("isn't merged: webhook risk: too risky")
    assert [type(change) for change in found.changes] == [JudgeProposal]


def test_one_that_waits_is_asked_again_after_a_while_and_not_before() -> None:
    found = at(on_page(), answers=answered(PENDING, "ada is asleep", ago=299))
    assert stage.of(found, AskWebhook) == []
    assert stage.of(found, MergeProposal) == []
    assert found.wake == NOW + timedelta(seconds=1)
    again = at(on_page(), answers=answered(PENDING, "ada is asleep", ago=300))
    assert asked(again).question == asked(at(on_page())).question
    assert again.facts["asked"][0]["reason"] == "ada is asleep"


def test_another_head_another_model_and_another_address_are_other_questions() -> None:
    one = asked(at(on_page())).question
    assert asked(at(on_page("q" * 40))).question != one
    other = [{**HOOK, "url": "https://other.example.com/"}]
    assert asked(at(on_page(), webhooks=other)).question != one
    assert asked(at(on_page(), webhooks=[{**HOOK, "timeout": "3s", "every": "1h"}])).question == one


def test_what_was_said_of_a_former_head_is_no_pass() -> None:
    found = at(on_page("q" * 40), answers=answered(SUCCESS))
    assert stage.of(found, MergeProposal) == []
    asked(found)


def test_a_daemon_that_begins_anew_knows_by_its_status_what_was_said_and_when() -> None:
    told = at(on_page(), answers=answered(SUCCESS)).facts
    assert len(stage.of(at(on_page(), facts=told), MergeProposal)) == 1
    waiting = at(on_page()).facts
    soon = at(on_page(), facts=waiting, now=NOW + timedelta(seconds=11))
    assert (stage.of(soon, AskWebhook), soon.wake) == ([], NOW + timedelta(seconds=11) + LOOK)
    later = at(on_page(), facts=waiting, now=NOW + timedelta(seconds=60))
    assert (stage.of(later, AskWebhook), later.wake) == ([], NOW + timedelta(minutes=5))
    asked(at(on_page(), facts=waiting, now=NOW + timedelta(minutes=5)))


def test_what_was_heard_before_it_was_asked_again_is_old() -> None:
    old = answered(PENDING, "not yet", ago=300)
    again = at(on_page(), answers=old).facts
    found = at(on_page(), answers=old, facts=again, now=NOW + timedelta(seconds=3))
    assert (stage.of(found, AskWebhook), found.wake) == ([], NOW + timedelta(seconds=3) + LOOK)


@pytest.mark.parametrize(
    "change",
    [
        {"question": None},
        {"verdict": "certainly"},
        {"verdict": None},
        {"verdict": "error"},
        {"asked": "yesterday"},
        {"asked": 3},
    ],
)
def test_what_a_status_says_that_is_not_understood_is_no_pass(change: dict[str, Any]) -> None:
    (known,) = at(on_page(), answers=answered(SUCCESS)).facts["asked"]
    asked(at(on_page(), facts={"asked": [{**known, **change}]}))


@pytest.mark.parametrize("odd", ["all", [3], [None], {"a": 1}])
def test_nor_is_one_of_another_shape(odd: Any) -> None:
    asked(at(on_page(), facts={"asked": odd}))


def test_an_operator_may_have_it_asked_at_once() -> None:
    answers = answered(PENDING, "not yet", ago=30)
    controls = stage.requested(GO, NOW - timedelta(seconds=10))
    asked(at(on_page(), answers=answers, controls=controls))
    controls = stage.requested(GO, NOW - timedelta(seconds=40))
    assert stage.of(at(on_page(), answers=answers, controls=controls), AskWebhook) == []


def test_what_somebody_pushed_to_is_not_asked_about() -> None:
    assert stage.of(at(replace(on_page(), by_hand=True)), AskWebhook) == []


def test_where_people_merge_it_is_a_status_all_the_same() -> None:
    found = at(on_page(approval="review"), approval="review")
    asked(found)
    assert (found.reason, found.wake) == ("WaitsForReview", NOW + LOOK)
