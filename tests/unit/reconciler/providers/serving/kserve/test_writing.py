"""Each write is one call where it can be, and leaves nothing behind when it is cut off."""

from datetime import UTC, datetime

import pytest

from reconciler.kubernetes import Kubernetes
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.kinds.deployments import Replicas
from reconciler.providers.serving.kserve import kinds as k
from reconciler.providers.serving.kserve.routes import Routing
from reconciler.providers.serving.kserve.writing import Writing
from tests.unit.reconciler.kubernetes.apiserver import Fault
from tests.unit.reconciler.providers.serving.kserve.conftest import Stage
from tests.unit.reconciler.providers.serving.kserve.told import (
    BEHIND,
    DEPLOYMENT,
    NAMESPACE,
    NEW,
    OLD,
    OPTIONS,
    RUNTIME,
    order,
)

NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)
SECRETS = {"AWS_ACCESS_KEY_ID": "very secret"}


@pytest.fixture
def writing(kubernetes: Kubernetes) -> Writing:
    return Writing(kubernetes, NAMESPACE, OPTIONS)


def routing(**traffic: int) -> Routing:
    return Routing(DEPLOYMENT, traffic or {OLD: 100}, NOW, "internal")


def secret_of(stage: Stage) -> dict[str, object]:
    found: dict[str, object] = stage.server.things[k.SECRETS.path(NAMESPACE, "employment-0123456789ab")]
    return found


def test_a_revision_is_one_call(writing: Writing, stage: Stage) -> None:
    assert stage.asked(lambda: writing.put(order())) == ["PATCH employment-0123456789ab"]


def test_a_secret_is_owned_by_what_needs_it(writing: Writing, stage: Stage) -> None:
    writing.put(order(secrets=SECRETS))
    paths = [one.path.split("/")[-2] for one in stage.server.asked]
    assert paths == ["inferenceservices", "secrets"]
    (owner,) = secret_of(stage)["metadata"]["ownerReferences"]  # type: ignore[index]
    assert owner["uid"] == stage.inference_service()["metadata"]["uid"]
    assert "very secret" not in str(stage.inference_service())


def test_a_runtime_s_account_comes_with_the_secret(kubernetes: Kubernetes, stage: Stage) -> None:
    Writing(kubernetes, NAMESPACE, RUNTIME).put(order(secrets=SECRETS))
    assert k.ACCOUNTS.path(NAMESPACE, "employment-0123456789ab") in stage.server.things


def test_a_cut_off_start_is_finished_by_the_next(writing: Writing, stage: Stage) -> None:
    stage.server.faults = [None, Fault(500)]
    with pytest.raises(Unavailable):
        writing.put(order(secrets=SECRETS))
    assert len(stage.server.things) == 1
    writing.put(order(secrets=SECRETS))
    assert "ownerReferences" in secret_of(stage)["metadata"]  # type: ignore[operator]


def test_bounds_change_and_nothing_else(writing: Writing, stage: Stage) -> None:
    writing.put(order())
    before = stage.inference_service()
    assert writing.rescale(order(replicas=Replicas(minimum=2, maximum=4)))
    after = stage.inference_service()
    assert after["metadata"]["annotations"] == before["metadata"]["annotations"]
    assert (after["spec"]["predictor"]["minReplicas"], after["spec"]["predictor"]["maxReplicas"]) == (2, 4)
    assert not writing.rescale(order(NEW))


def test_a_route_is_one_write(writing: Writing, stage: Stage) -> None:
    assert writing.way(DEPLOYMENT) is None
    assert stage.asked(lambda: writing.route(routing(), None)) == ["PATCH employment"]
    way = writing.way(DEPLOYMENT)
    assert way
    assert (dict(way.traffic), way.since) == ({OLD: 100}, NOW)


def test_a_service_can_t_divide_and_says_what_can(writing: Writing, stage: Stage) -> None:
    with pytest.raises(Refused) as refused:
        writing.route(routing(**{OLD: 90, NEW: 10}), None)
    assert "rollout.steps to [100]" in refused.value.hint
    assert "gateways.internal" in refused.value.hint
    assert not stage.server.asked


def test_a_gateway_divides_and_the_former_service_goes(kubernetes: Kubernetes, writing: Writing, stage: Stage) -> None:
    writing.route(routing(), None)
    behind = Writing(kubernetes, NAMESPACE, BEHIND)
    behind.route(routing(**{OLD: 90, NEW: 10}), behind.way(DEPLOYMENT))
    way = behind.way(DEPLOYMENT)
    assert way
    assert (way.kind, dict(way.traffic)) == (k.ROUTES, {OLD: 90, NEW: 10})
    assert k.SERVICES.path(NAMESPACE, "employment") not in stage.server.things


def test_what_isn_t_ours_is_left_alone(kubernetes: Kubernetes, writing: Writing, stage: Stage) -> None:
    theirs = {"metadata": {"name": "employment", "namespace": NAMESPACE}, "spec": {"selector": {"app": "theirs"}}}
    kubernetes.apply(k.SERVICES, theirs)
    with pytest.raises(Refused) as refused:
        writing.way(DEPLOYMENT)
    assert "isn't Setpoint's" in refused.value.message
    writing.delete(DEPLOYMENT)
    assert stage.service()["spec"]["selector"] == {"app": "theirs"}


def test_nobody_gets_in_before_the_revisions_end(writing: Writing, stage: Stage) -> None:
    writing.put(order(OLD))
    writing.put(order(NEW))
    writing.route(routing(), None)
    calls = [call for call in stage.asked(lambda: writing.delete(DEPLOYMENT)) if call.startswith("DELETE")]
    assert calls == ["DELETE employment", "DELETE employment-0123456789ab", "DELETE employment-ba9876543210"]
    assert stage.asked(lambda: writing.delete(DEPLOYMENT)) == ["GET services", "GET inferenceservices"]


def test_a_revision_stays_until_its_pods_have_ended(writing: Writing, stage: Stage) -> None:
    writing.put(order())
    writing.stop(DEPLOYMENT, OLD)
    assert stage.server.asked[-1].body["propagationPolicy"] == "Foreground"
    writing.stop(DEPLOYMENT, OLD)
