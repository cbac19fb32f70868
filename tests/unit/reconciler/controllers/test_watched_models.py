"""What a monitor watches: one model, or the models of a graph as it serves them now."""

from typing import Any

from reconciler.controllers.members import combined, members_of
from reconciler.model.decision import Live
from reconciler.model.ids import Address, Digest, RunName
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.resource import Resource
from tests.unit.reconciler import stage
from tests.unit.reconciler.controllers.test_members import MEMBERS, ONE, OTHER, A, B, graph, member
from tests.unit.reconciler.stage import API, MODEL, WATCH, ago

GRAPH = graph()


def served(*members: Resource) -> Live:
    """Return a graph that serves the models of some members."""
    assert isinstance(GRAPH.spec, Deployment)
    whole = combined(API, GRAPH.spec, members_of(GRAPH.spec, stage.desired(*members, GRAPH)))
    assert whole
    return Live(RunName(whole.trial), Digest("r"), "http://x", "file:///logs", "http://metrics", ago(days=9))


def decide(live: Live, *members: Resource, **spec: Any) -> Any:
    watch = stage.resource(WATCH, **{"test_rows": B, **spec})
    above = [stage.upstream(API, live)]
    return stage.decide(watch, stage.actual(), GRAPH, *members, upstream=above)


def test_a_report_on_a_graph_is_of_all_its_models_and_of_the_test_rows_that_are_named() -> None:
    live = served(*MEMBERS)
    change = stage.started(decide(live, *MEMBERS))
    assert change.inputs == {"reference": OTHER, "model_a": ONE, "model_b": OTHER}
    assert change.params["trial"] == live.trial
    assert change.params["members"] == {"a": MODEL, "b": MODEL}
    assert [one["router"] for one in change.params["graph"]] == ["ensemble"]
    assert [step["model"] for step in change.params["graph"][0]["steps"]] == ["a", "b"]
    assert change.urls == {"logs": "file:///logs", "metrics": "http://metrics"}


def test_other_test_rows_are_another_report() -> None:
    live = served(*MEMBERS)
    names = {stage.started(decide(live, *MEMBERS, test_rows=rows)).run for rows in (A, B)}
    assert len(names) == 2


def test_while_the_graph_serves_former_models_it_waits_and_says_for_what() -> None:
    found = decide(served(*MEMBERS), member(A, OTHER), member(B, OTHER))
    assert (found.reason, found.changes) == ("WaitsForMembers", ())
    assert found.message == f"its next report waits until {API} serves the models that its members pin"
    assert decide(served(*MEMBERS), member(A, None), member(B, OTHER)).reason == "WaitsForMembers"


def test_test_rows_of_a_deployment_that_it_does_not_ask_are_waited_for() -> None:
    assert decide(served(*MEMBERS), *MEMBERS, test_rows=Address("deployments/c")).reason == "WaitsForMembers"


def test_one_model_is_held_against_its_own_test_rows() -> None:
    live = stage.live("2", ago(days=9))
    found = stage.decide(stage.resource(WATCH), stage.actual(), upstream=[stage.upstream(API, live)])
    assert stage.started(found).inputs == {"reference": live.trial}
    assert "graph" not in stage.started(found).params
