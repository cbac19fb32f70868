"""The verbs: idempotent, cheap when there is nothing to do, and honest when the API server isn't well."""

from typing import Any

import pytest

from reconciler.kubernetes.kinds import PODS
from reconciler.model.errors import Refused, Transient, Unavailable
from reconciler.model.kinds.access import Access
from reconciler.model.kinds.deployments import Replicas
from reconciler.model.observed import Endpoint, RevisionState
from reconciler.providers.serving.kserve import KServeServing
from reconciler.providers.serving.kserve.kinds import SECRETS
from tests.unit.reconciler.kubernetes.apiserver import Fault
from tests.unit.reconciler.providers.serving.kserve.conftest import Stage
from tests.unit.reconciler.providers.serving.kserve.told import BEHIND, DEPLOYMENT, NAMESPACE, NEW, OLD, order, pod

GATEWAYS = {"gateways": {"internal": "gates/inside"}, "host": BEHIND.host}


@pytest.fixture
def serving(stage: Stage) -> KServeServing:
    return stage.open()


def endpoint(serving: KServeServing) -> Endpoint:
    return serving.list()[DEPLOYMENT]


def live(stage: Stage, serving: KServeServing) -> None:
    """Start both revisions, and give the old one the traffic."""
    for revision in (OLD, NEW):
        serving.start(order(revision))
        stage.become_ready(revision)
    serving.list()
    serving.route(DEPLOYMENT, {OLD: 100})


def test_a_wrong_option_is_refused_when_it_is_opened(stage: Stage) -> None:
    with pytest.raises(Refused):
        stage.open(autoscaler="magic")


def test_a_listing_without_a_change_costs_no_call(stage: Stage, serving: KServeServing) -> None:
    live(stage, serving)
    first = serving.list()
    assert stage.asked(serving.list) == []
    assert serving.list() == first
    assert not serving.settle()


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ({"keys": ["${secret:A}"]}, "access.keys"),
        (
            {"jwt": {"issuer": "https://a.example", "audience": "a"}, "limits": {"rate": "1/s"}},
            "access.jwt, access.lim",
        ),
        ({"open": True, "cors": {"origins": ["*"]}}, "access.cors"),
    ],
)
def test_what_the_gateway_sees_to_is_refused(stage: Stage, serving: KServeServing, told: Any, asked: str) -> None:
    with pytest.raises(Refused, match=asked) as raised:
        serving.start(order(visibility="public", access=Access.model_validate(told)))
    assert "access: {open: true}" in raised.value.hint
    serving.start(order(visibility="public", access=Access(open=True)))


def test_a_start_is_one_call_once(stage: Stage, serving: KServeServing) -> None:
    serving.list()
    assert stage.asked(lambda: serving.start(order())) == ["PATCH employment-0123456789ab"]
    serving.list()
    assert stage.asked(lambda: serving.start(order())) == []
    assert stage.asked(lambda: stage.open().start(order())) == ["GET employment-0123456789ab"]


def test_bounds_follow_and_a_revision_that_has_gone_meanwhile_is_made(stage: Stage, serving: KServeServing) -> None:
    serving.start(order())
    serving.list()
    more = order(replicas=Replicas(minimum=1, maximum=3, target_rps=50))
    serving.start(more)
    assert endpoint(serving).revisions[OLD].scale == (1, 3, 50.0)
    serving.list()
    stage.server.things.clear()
    serving.start(order())
    assert endpoint(serving).revisions[OLD].scale == (1, 1, 200.0)


def test_a_change_by_hand_is_seen_and_corrected(stage: Stage, serving: KServeServing) -> None:
    live(stage, serving)
    thing = stage.inference_service()
    thing["spec"]["predictor"]["containers"][0]["image"] = "other"
    stage.touched(thing)
    again = stage.open()
    assert again.list()[DEPLOYMENT].revisions[OLD].changed
    again.start(order())
    found = again.list()[DEPLOYMENT].revisions[OLD]
    assert (found.changed, found.state) == ("", RevisionState.READY)
    assert stage.inference_service()["spec"]["predictor"]["containers"][0]["image"] == "registry.example.org/runners:1"


def test_a_secret_that_is_missing_is_written_again(stage: Stage, serving: KServeServing) -> None:
    serving.start(order(secrets={"TOKEN": "x"}))
    secret = SECRETS.path(NAMESPACE, "employment-0123456789ab")
    del stage.server.things[secret]
    waits = {
        "waiting": {"reason": "CreateContainerConfigError", "message": 'secret "employment-0123456789ab" not found'}
    }
    stage.server.things[PODS.path(NAMESPACE, "pod")] = pod(container={"state": waits})
    stage.become_ready(ready="False", copies=0)
    serving = stage.open()
    assert serving.list()[DEPLOYMENT].revisions[OLD].changed == "its Secret is missing"
    serving.start(order(secrets={"TOKEN": "x"}))
    assert secret in stage.server.things


def test_what_is_about_to_end_starts_anew_later(stage: Stage, serving: KServeServing) -> None:
    serving.start(order())
    stage.inference_service()["metadata"]["deletionTimestamp"] = "2026-01-05T10:00:00Z"
    serving.list()
    with pytest.raises(Transient):
        serving.start(order())
    assert endpoint(serving).revisions[OLD].state is RevisionState.STOPPING


def test_a_deletion_that_hangs_is_told_and_others_go_on(stage: Stage, serving: KServeServing) -> None:
    live(stage, serving)
    stage.inference_service(NEW)["metadata"]["deletionTimestamp"] = "2026-01-05T09:00:00Z"
    told = stage.open().list()[DEPLOYMENT].revisions
    assert "kubectl get inferenceservice employment-ba9876543210" in told[NEW].reason
    assert (told[OLD].state, told[OLD].reason) == (RevisionState.READY, "")


def test_traffic_is_moved_once(stage: Stage, serving: KServeServing) -> None:
    live(stage, serving)
    assert dict(endpoint(serving).traffic) == {OLD: 100}
    assert stage.asked(lambda: serving.route(DEPLOYMENT, {OLD: 100})) == ["GET employment"]
    assert stage.asked(lambda: serving.route(DEPLOYMENT, {NEW: 100})) == ["GET employment", "PATCH employment"]
    assert (dict(endpoint(serving).traffic), endpoint(serving).since) == ({NEW: 100}, stage.now)


@pytest.mark.parametrize("traffic", [{OLD: 99}, {}, {OLD: 150, NEW: -50}, {OLD: 50, NEW: 50}, {"ffffffffffff": 100}])
def test_traffic_that_can_t_be_is_refused(stage: Stage, serving: KServeServing, traffic: dict[str, int]) -> None:
    live(stage, serving)
    with pytest.raises(Refused):
        serving.route(DEPLOYMENT, traffic)  # type: ignore[arg-type]


def test_a_key_divides_nothing(stage: Stage, serving: KServeServing) -> None:
    live(stage, serving)
    with pytest.raises(Refused, match="can't be divided by X-User"):
        serving.route(DEPLOYMENT, {OLD: 100}, "X-User")


def test_a_gateway_divides(stage: Stage) -> None:
    serving = stage.open(**GATEWAYS)
    live(stage, serving)
    serving.route(DEPLOYMENT, {OLD: 90, NEW: 10})
    assert dict(endpoint(serving).traffic) == {OLD: 90, NEW: 10}
    assert endpoint(serving).url == "https://employment.models.example.org"


def test_a_selector_edited_by_hand_shows_as_other_traffic(stage: Stage, serving: KServeServing) -> None:
    live(stage, serving)
    stage.service()["spec"]["selector"]["setpoint.io/revision"] = NEW
    told = stage.open().list()[DEPLOYMENT]
    assert (dict(told.traffic), told.since) == ({NEW: 100}, None)


def test_what_has_traffic_is_not_stopped(stage: Stage, serving: KServeServing) -> None:
    live(stage, serving)
    with pytest.raises(Refused):
        serving.stop(DEPLOYMENT, OLD)
    serving.stop(DEPLOYMENT, NEW)
    assert set(endpoint(serving).revisions) == {OLD}


def test_an_endpoint_goes(stage: Stage, serving: KServeServing) -> None:
    live(stage, serving)
    serving.delete(DEPLOYMENT)
    assert serving.list() == {}
    serving.delete(DEPLOYMENT)


@pytest.mark.parametrize("fault", [Fault(500), Fault(503), Fault(429), Fault(hangs_up=True), Fault(200, b"half a bo")])
def test_nothing_is_absent_because_it_couldn_t_be_read(stage: Stage, serving: KServeServing, fault: Fault) -> None:
    live(stage, serving)
    again = stage.open()
    stage.server.faults = [fault, fault]
    with pytest.raises(Unavailable):
        again.list()
    stage.server.faults = []
    assert set(again.list()[DEPLOYMENT].revisions) == {OLD, NEW}


@pytest.mark.parametrize("status", [401, 403])
def test_who_may_not_is_told_so(stage: Stage, serving: KServeServing, status: int) -> None:
    stage.server.faults = [Fault(status, b'{"kind":"Status","message":"User cannot list"}')] * 2
    with pytest.raises(Refused):
        serving.list()


def test_a_write_whose_answer_is_lost_is_made_once(stage: Stage, serving: KServeServing) -> None:
    serving.list()
    stage.server.faults = [Fault(500)]
    with pytest.raises(Unavailable):
        serving.start(order())
    serving.start(order())
    serving.start(order())
    assert len(stage.server.things) == 1
