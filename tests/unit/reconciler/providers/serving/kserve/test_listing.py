"""Endpoints are put together from revisions and ways in; pods and time explain what doesn't answer."""

from datetime import UTC, datetime, timedelta

from reconciler.model.observed import RevisionState
from reconciler.providers.serving.kserve import kinds as k
from reconciler.providers.serving.kserve.listing import by_revision, endpoints, explained, served
from reconciler.providers.serving.kserve.options import Options
from reconciler.providers.serving.kserve.routes import Way
from tests.unit.reconciler.providers.serving.kserve.told import (
    DEPLOYMENT,
    NAMESPACE,
    NEW,
    OLD,
    OPTIONS,
    TRIAL,
    listed,
    pod,
    status,
)

ENDED = datetime(2026, 1, 5, 10, tzinfo=UTC)
PATIENCE = timedelta(minutes=5)


def test_a_revision_is_read() -> None:
    one = served(listed(status=status(copies=2)), OPTIONS)
    revision = one.revision
    assert (one.deployment, one.name, one.visibility) == (DEPLOYMENT, "employment-0123456789ab", "internal")
    assert (revision.digest, revision.trial, revision.state) == (OLD, TRIAL, RevisionState.READY)
    assert (revision.ready, revision.wanted, revision.scale) == (2, 2, (1, 1, 200.0))
    assert revision.started == datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert revision.url == "http://employment-0123456789ab-predictor.models.svc.cluster.local"
    assert revision.changed == ""


def test_a_headless_service_is_reached_where_kserve_says() -> None:
    told = status(address={"url": "http://x-predictor.models.svc.cluster.local:8080"})
    assert served(listed(status=told), OPTIONS).revision.url == "http://x-predictor.models.svc.cluster.local:8080"


def test_a_change_by_hand_is_told() -> None:
    thing = listed(status=status())
    thing["spec"]["predictor"]["containers"][0]["image"] = "other"
    assert "by hand" in served(thing, OPTIONS).revision.changed


def test_pods_explain_what_doesn_t_answer() -> None:
    one = served(listed(status=status(ready="False", copies=0)), OPTIONS)
    refused = pod(container={"state": {"terminated": {"exitCode": 65, "message": '{"what": "no"}'}}})
    told = explained(one, [refused], ENDED, PATIENCE).revision
    assert (told.state, told.reason) == (RevisionState.FAILED, "no")
    assert explained(one, [], ENDED, PATIENCE) is one


def test_a_secret_that_was_never_written_or_was_taken_away_is_a_change() -> None:
    one = served(listed(status=status(ready="False", copies=0)), OPTIONS)
    for name, changed in (("employment-0123456789ab", "its Secret is missing"), ("somebody-else-s", "")):
        waits = {"waiting": {"reason": "CreateContainerConfigError", "message": f'secret "{name}" not found'}}
        assert explained(one, [pod(container={"state": waits})], ENDED, PATIENCE).revision.changed == changed


def test_an_end_that_takes_too_long_is_stuck() -> None:
    thing = listed(status=status())
    thing["metadata"]["deletionTimestamp"] = "2026-01-05T10:00:00Z"
    one = served(thing, OPTIONS)
    early = explained(one, [], ENDED + PATIENCE, PATIENCE).revision
    assert (early.state, early.reason) == (RevisionState.STOPPING, "")
    late = explained(one, [], ENDED + 2 * PATIENCE, PATIENCE).revision
    assert late.state is RevisionState.STOPPING
    assert "kubectl get inferenceservice employment-0123456789ab" in late.reason


def test_endpoints_are_put_together() -> None:
    options = OPTIONS.model_copy(update={"metrics": "http://prometheus:9090/"})
    both = [served(listed(revision, status=status()), options) for revision in (OLD, NEW)]
    way = Way(DEPLOYMENT, k.SERVICES, {OLD: 100}, ENDED, "http://here")
    (endpoint,) = endpoints(both, {DEPLOYMENT: way}, NAMESPACE, options).values()
    assert set(endpoint.revisions) == {OLD, NEW}
    assert (dict(endpoint.traffic), endpoint.since, endpoint.url) == ({OLD: 100}, ENDED, "http://here")
    assert endpoint.logs_url == "file:///mnt/payloads/employment"
    assert endpoint.metrics_url.startswith("http://prometheus:9090/federate?match%5B%5D=")


def test_a_way_in_that_leads_nowhere_is_an_endpoint_too() -> None:
    way = Way(DEPLOYMENT, k.SERVICES, {OLD: 100}, ENDED, "http://here")
    assert set(endpoints([], {DEPLOYMENT: way}, NAMESPACE, OPTIONS)) == {DEPLOYMENT}


def test_without_a_way_in_the_address_is_known() -> None:
    (endpoint,) = endpoints([served(listed(), OPTIONS)], {}, NAMESPACE, Options(image="i")).values()
    assert endpoint.url == "http://employment.models.svc.cluster.local"
    assert (endpoint.logs_url, endpoint.metrics_url, dict(endpoint.traffic)) == ("", "", {})


def test_pods_are_found_by_their_revision() -> None:
    found = by_revision([pod(OLD), pod(NEW), pod(NEW)])
    assert {key: len(pods) for key, pods in found.items()} == {(DEPLOYMENT, OLD): 1, (DEPLOYMENT, NEW): 2}
