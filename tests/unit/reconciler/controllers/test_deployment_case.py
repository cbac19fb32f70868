"""What a deployment tells of its endpoint, whatever is decided about it."""

from dataclasses import replace
from typing import Any

from reconciler.controllers.deployment_case import Case
from reconciler.model.decision import Decision, Live, Phase
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.reason import Reason
from tests.unit.reconciler import stage
from tests.unit.reconciler.controllers.test_deployments import NEW, OLD, TRIAL, decide, new, old, pinned, serving
from tests.unit.reconciler.stage import API, MODEL


def told(facts: dict[str, Any] | None = None, **parts: Any) -> Decision:
    endpoint = serving(new(), old(), traffic={OLD: 90, NEW: 10})
    view = stage.view(stage.desired(pinned()), stage.actual(endpoint, facts={API: facts} if facts else None))
    spec = pinned().spec
    assert isinstance(spec, Deployment)
    assert spec.model
    case = Case(pinned(), spec, spec.model, NEW, endpoint, view)
    return case.told(Phase.RECONCILING, Reason.ROLLING_OUT, "10 %", **parts)


def test_the_endpoint_is_told_as_it_stands() -> None:
    facts = told().facts
    assert (facts["trial"], facts["revision"], facts["traffic"]) == (TRIAL, NEW, {OLD: 90, NEW: 10})
    assert {name: item["state"] for name, item in facts["revisions"].items()} == {NEW: "ready", OLD: "ready"}
    assert not {"rolled_back", "served"} & facts.keys()


def test_what_was_rolled_back_is_remembered_a_bounded_number_of_times() -> None:
    many = [f"{number:012d}" for number in range(40)]
    assert told({"rolled_back": many}).facts["rolled_back"] == many[-20:]
    assert told({"rolled_back": many}, rolled_back=["a"]).facts["rolled_back"] == ["a"]


def test_a_model_answers_since_it_did_by_whichever_of_its_revisions() -> None:
    """Another access makes another revision; that is no other model, and its reports go on."""
    moment = stage.ago(days=5)
    facts = {"served": [{"trial": TRIAL, "digest": MODEL, "since": moment.isoformat()}]}
    for traffic, trial, expected in (
        ({OLD: 100}, TRIAL, moment),
        ({OLD: 40, NEW: 60}, TRIAL, moment),
        ({OLD: 100}, stage.trial_name("1"), stage.ago(minutes=1)),
    ):
        former = replace(old(), trial=trial)
        found = decide(serving(new(), former, traffic=traffic, since=stage.ago(minutes=1)), facts=facts)
        assert isinstance(found.output, Live)
        assert found.output.since == expected
