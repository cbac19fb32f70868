"""Promotions of values: what is in force before, and stands in Git so, is proposed as an edit of the patch here."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.controllers import CONTROLLERS
from reconciler.model.change import AskWebhook, OpenProposal
from reconciler.model.decision import Decision, Phase
from reconciler.model.errors import Problem
from reconciler.model.ids import Address
from reconciler.model.resource import Resource
from reconciler.model.spec_values import PromotedValues, ValuesBefore, digest_of, name_of_values, values_of
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, GO, ago

FIELDS = ("replicas", "keep")
ROUTE = ["dev", ["eu", "us"], "prod"]
PROBLEM = Problem("environments/prod/deployments/api.yaml", 3, 7, "replicas.maximum", "must be at least 1", "say more")


def api(maximum: int) -> Resource:
    return stage.resource(API, replicas={"maximum": maximum})


def content(maximum: int) -> str:
    return digest_of(api(maximum).spec, FIELDS)


def name(maximum: int) -> str:
    return name_of_values(API, content(maximum))


def told(maximum: int, hours: float = 30, now: int | None = None) -> dict[str, Any]:
    """Return what the promotion tells in an environment where values are in force for so many hours."""
    row = {"values": name(maximum), "content": content(maximum), "since": ago(hours=hours).isoformat()}
    return {"facts": {"in_force": [row], "content": content(now or maximum)}}


def decide(
    *things: Any,
    said: tuple[int, int] = (4, 4),
    eu: Any = None,
    us: Any = None,
    problems: tuple[Problem, ...] = (),
    environment: str = "prod",
    facts: dict[str, Any] | None = None,
    **spec: Any,
) -> Decision:
    """Decide in prod, which says 2, where both environments before say something and tell that it is in force."""
    fields = {"experiment": None, "deployment": None, "spec": API, "fields": list(FIELDS), "route": ROUTE}
    promotion = stage.resource(GO, **{**fields, **spec})
    before = {
        place: ValuesBefore(values_of(api(one).spec, FIELDS)) for place, one in zip(("eu", "us"), said, strict=True)
    }
    edits = {} if problems else {"replicas": {"maximum": said[0]}}
    promoted = PromotedValues(values_of(api(2).spec, FIELDS), before, edits, problems)
    wanted = stage.desired(promotion, api(2))
    wanted = replace(wanted, environment_name=environment, promoted={GO: promoted})
    seen = stage.actual(*things, facts={GO: facts} if facts else None)
    statuses = {"eu": eu or told(said[0]), "us": us or told(said[1])}
    seen = replace(seen, elsewhere={place: {GO: status} for place, status in statuses.items()})
    view = stage.view(wanted, seen, [stage.upstream(API, None)])
    return CONTROLLERS["promotions"].decide(promotion, view)


def test_what_is_in_force_before_is_proposed_as_an_edit_of_the_patch() -> None:
    found = decide()
    (wanted,) = stage.of(found, OpenProposal)
    assert (found.reason, found.facts["candidate"]) == ("WaitsForReview", name(4))
    assert (wanted.file, wanted.edits) == ("environments/prod/deployments/api.yaml", {"replicas": {"maximum": 4}})
    assert wanted.title == f"Promote {name(4)} to prod: replicas"
    assert (found.facts["spec"], found.facts["fields"]) == (API, list(FIELDS))
    assert [row["values"] for row in found.facts["in_force"]] == [name(2)]


def test_in_the_first_stage_and_off_the_route_nothing_is_proposed() -> None:
    first = decide(environment="dev")
    assert (first.phase, first.reason, first.changes) == (Phase.READY, "FollowsSource", ())
    assert first.facts["content"] == content(2), "the next stage reads what is in force"
    assert decide(environment="lab").reason == "NotOnRoute"
    assert decide(route=[]).reason == "FollowsSource"


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"us": told(4, now=3)}, "us has no values of deployments/api in force now"),
        ({"us": {"facts": {}}}, "us has no values of deployments/api in force yet"),
        ({"us": told(3)}, "the environments before this one differ: eu has"),
        ({"eu": told(3), "us": told(3)}, f"eu has {name(3)} in force, and its specs say something else at this commit"),
        ({"said": (4, 3), "us": told(4)}, f"us has {name(4)} in force, and its specs say something else"),
    ],
)
def test_it_waits_while_specs_and_statuses_before_do_not_say_one_thing(parts: dict[str, Any], why: str) -> None:
    found = decide(**parts)
    assert (found.phase, found.reason, found.changes) == (Phase.WAITING, "WaitsForEnvironment", ())
    assert found.message.startswith(why)


def test_what_has_not_soaked_waits_and_what_fails_its_gate_is_not_proposed() -> None:
    assert decide(soak={"served": "2d"}).reason == "Soaking"
    failing = decide(gates=[{"metric": "replicas.maximum", "maximum": 3}])
    assert (failing.reason, failing.phase) == ("GatesFailed", Phase.STALLED)
    assert stage.of(decide(gates=[{"metric": "replicas.maximum", "maximum": 4}]), OpenProposal)


def test_what_could_not_be_composed_is_told_with_its_place() -> None:
    found = decide(problems=(PROBLEM, PROBLEM))
    assert (found.phase, found.reason, found.changes) == (Phase.STALLED, "DoesNotCompose", ())
    assert str(PROBLEM) in found.message
    assert "(and 1 more problem)" in found.message


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"promoted": [name(4), name(2)]}, "WaitsForReview"),
        ({"promoted": [name(2), name(4)]}, "RolledBack"),
        ({"promoted": [name(4), name(2)], "taken_back": [name(4)]}, "RolledBack"),
        ({"promoted": [name(2), name(3)], "taken_back": []}, "WaitsForReview"),
    ],
)
def test_what_was_taken_back_is_held_and_what_gave_way_is_not(facts: dict[str, Any], reason: str) -> None:
    assert decide(facts=facts).reason == reason


def test_who_follows_the_stage_before_takes_nothing_back() -> None:
    found = decide(said=(2, 2), facts={"promoted": [name(2), name(4)]})
    assert (found.reason, "taken_back" in found.facts) == ("Promoted", False)
    apart = decide(said=(2, 4), us=told(4), facts={"promoted": [name(2), name(4)]})
    assert apart.facts["taken_back"] == [name(4)]


def test_values_that_come_anew_are_proposed_under_another_name() -> None:
    first, again = (stage.of(decide(us=told(4, hours=hours)), OpenProposal)[0].name for hours in (30, 3))
    assert first != again
    declined = decide(facts={"proposed": [first]})
    assert (declined.reason, stage.of(declined, OpenProposal)) == ("Declined", [])


def test_a_service_is_asked_about_the_values_by_their_name() -> None:
    (wanted,) = stage.of(decide(), OpenProposal)
    webhook = {"name": "risk", "url": "https://gates.example.com/", "secret": "${secret:RISK}"}
    open_ = stage.proposal(wanted.name)
    found = decide(open_, webhooks=[webhook], facts={"proposed": [wanted.name]})
    (asked,) = stage.of(found, AskWebhook)
    assert asked.data["subject"] == API
    assert asked.data["candidate"]["values"] == name(4)
    assert asked.data["live"] == {"values": name(2), "digest": content(2)}


def test_it_waits_for_a_subject_that_is_not_there_and_keeps_what_it_knows() -> None:
    fields = {"experiment": None, "deployment": None, "spec": Address("pools/other"), "fields": ["capacity"]}
    promotion = stage.resource(GO, **fields, route=ROUTE)
    view = stage.view(stage.desired(promotion), stage.actual(facts={GO: {"taken_back": ["a"]}}))
    found = CONTROLLERS["promotions"].decide(promotion, view)
    assert (found.reason, found.facts["taken_back"]) == ("WaitsForUpstream", ["a"])
