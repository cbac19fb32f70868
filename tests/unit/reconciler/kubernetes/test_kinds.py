"""Kinds: manifests and paths."""

import pytest

from reconciler.kubernetes.kinds import PODS, Kind

JOBS = Kind("batch", "v1", "Job", "jobs")
FLAVORS = Kind("kueue.x-k8s.io", "v1beta1", "ResourceFlavor", "resourceflavors", namespaced=False)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (PODS.path("ml", "train-0", "log"), "/api/v1/namespaces/ml/pods/train-0/log"),
        (PODS.path(), "/api/v1/pods"),
        (JOBS.path("ml"), "/apis/batch/v1/namespaces/ml/jobs"),
        (JOBS.path("ml", "train"), "/apis/batch/v1/namespaces/ml/jobs/train"),
        (FLAVORS.path("ml", "a100"), "/apis/kueue.x-k8s.io/v1beta1/resourceflavors/a100"),
    ],
)
def test_a_thing_has_its_path(path: str, expected: str) -> None:
    assert path == expected


def test_a_name_can_t_leave_its_folder() -> None:
    assert JOBS.path("ml", "../secrets?x=1") == "/apis/batch/v1/namespaces/ml/jobs/..%2Fsecrets%3Fx%3D1"


def test_a_manifest_says_what_it_is() -> None:
    assert JOBS.manifest({"metadata": {}}) == {"apiVersion": "batch/v1", "kind": "Job", "metadata": {}}
    assert PODS.api_version == "v1"


def test_people_know_kinds_by_their_group() -> None:
    assert (PODS.full_name, JOBS.full_name) == ("pods", "jobs.batch")
