"""Mirrors of what is ours: each is asked only when something hangs on it."""

from pathlib import Path

import pytest

from reconciler.kubernetes import Kubernetes, find_access
from reconciler.model.observed import JobState
from reconciler.providers.pools.kubernetes.cluster import Cluster
from reconciler.providers.pools.kubernetes.job_listing import show
from reconciler.providers.pools.kubernetes.pool_state import Phase
from tests.unit.reconciler.providers.pools.kubernetes.conftest import Stage
from tests.unit.reconciler.providers.pools.kubernetes.told import (
    COMPLETE,
    SETTINGS,
    SHARED,
    condition,
    failed,
    held,
    pod,
)

POD = "/api/v1/namespaces/ml/pods/job-1-0"


@pytest.fixture
def cluster(stage: Stage) -> Cluster:
    return Cluster(Kubernetes(find_access(str(stage.kubeconfig))), SETTINGS)


def test_nothing_is_asked_where_nothing_hangs_on_it(stage: Stage, cluster: Cluster) -> None:
    seen = cluster.seen([held(**COMPLETE), held(ready=1)], Phase())
    assert (seen.exits, stage.asked()) == ({}, [])


def test_pods_are_asked_for_what_waits_and_for_each_failure_once(stage: Stage, cluster: Cluster) -> None:
    unscheduled = condition("PodScheduled", message="0/3 nodes are available", status="False")
    stage.add(POD, pod(conditions=[unscheduled]))
    waits = held(active=1)
    assert show(waits, cluster.seen([waits], Phase())).reason == "waits for a node: 0/3 nodes are available"
    assert stage.asked() == ["GET pods", "GET pods"]
    stage.add(POD, pod(phase="Failed"))
    ended = held(**failed())
    first = cluster.seen([ended], Phase())
    stage.asked()
    stage.touched()
    assert cluster.seen([ended], Phase()).exits == first.exits
    assert stage.asked() == []


def test_what_is_gone_is_forgotten(stage: Stage, cluster: Cluster) -> None:
    stage.add(POD, pod(phase="Failed"))
    assert cluster.seen([held(**failed())], Phase()).exits
    assert cluster.seen([], Phase()).exits == {}


def test_workloads_are_asked_for_what_is_suspended(stage: Stage, cluster: Cluster) -> None:
    waits = held(suspend=True)
    assert show(waits, cluster.seen([waits], Phase())).state is JobState.WAITING
    assert stage.asked() == ["GET workloads", "GET workloads"]


def test_only_what_is_ours_is_seen(stage: Stage, cluster: Cluster) -> None:
    for namespace in ("ml", "other"):
        labels = {"setpoint/namespace": namespace, "setpoint/pool": "shared"}
        thing = {"metadata": {"name": f"{namespace}.shared", "labels": labels}}
        stage.add(f"/apis/kueue.x-k8s.io/v1beta1/cohorts/{namespace}.shared", thing)
    assert [piece.name for piece in cluster.phase().pieces[SHARED]] == ["ml.shared"]


def test_there_is_news_until_all_was_looked_at(cluster: Cluster, tmp_path: Path) -> None:
    assert cluster.has_news()
    assert not cluster.has_news()
    cluster.jobs.look()
    cluster.phase()
    assert not cluster.has_news()
    cluster.spoil_queues()
    assert cluster.has_news()
