"""An endpoint keeps its name, and so its address, when its deployment is renamed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconciler.controllers.deployments import revision_of
from reconciler.controllers.endpoints import retire
from reconciler.model.change import Change, Route, StartRevision
from reconciler.model.decision import Decision, Live
from reconciler.model.ids import Address
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.observed import Endpoint
from reconciler.model.resource import Resource
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API

FRONT = Address("deployments/front")
PIN = {"trial": stage.trial_name("1"), "digest": stage.MODEL}


def front(**spec: Any) -> Resource:
    return stage.resource(FRONT, model=PIN, moved_from="api", **spec)


def decided(*things: Any, results: Mapping[Any, Any] | None = None) -> Decision:
    trained = {PIN["trial"]: stage.trained({"roc_auc": 0.9})}
    seen = stage.actual(stage.version(str(PIN["trial"])), *things, results=trained | dict(results or {}))
    return stage.decide(front(), seen)


def name() -> str:
    spec = front().spec
    assert isinstance(spec, Deployment)
    assert spec.model is not None
    return revision_of(spec, spec.model)


def only(found: Decision) -> Change:
    (change,) = found.changes
    return change


def test_a_revision_starts_at_the_endpoint_s_own_name() -> None:
    start = only(decided())
    assert isinstance(start, StartRevision)
    assert (start.address, start.deployment, start.target) == (FRONT, API, f"{API}/{name()}")
    assert start.as_json()["endpoint"] == API


def test_its_smoke_test_and_its_traffic_are_the_endpoint_s() -> None:
    running = stage.endpoint(stage.revision(name()))
    smoke = stage.started(decided(running))
    assert smoke.run.startswith(f"{API}/")
    assert smoke.params["name"] == "api"
    tested = decided(running, stage.version(smoke.run), results={smoke.run: stage.result()})
    route = only(tested)
    assert isinstance(route, Route)
    assert (route.address, route.deployment) == (FRONT, API)


def test_one_that_answers_under_its_new_name_already_is_not_moved_back() -> None:
    late = replace(stage.endpoint(stage.revision("r" * 12), traffic={"r" * 12: 100}), deployment=FRONT)
    found = decided(late)
    assert (found.phase.value, found.reason, found.changes) == ("stalled", "MovedTooLate", ())
    assert "remove `moved_from` to go on there" in found.message
    assert isinstance(found.output, Live)


def test_an_endpoint_that_is_named_as_its_deployment_is_not_told_twice() -> None:
    stop = retire(API, stage.view(stage.desired(), stage.actual(Endpoint(API, ""))))
    assert "endpoint" not in only(stop).as_json()
    assert only(stop).target == API
