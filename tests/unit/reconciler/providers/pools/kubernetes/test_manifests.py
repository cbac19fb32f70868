"""From orders to manifests: nothing secret is in them, and all that a runner needs."""

import json
from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.errors import Refused
from reconciler.providers.pools.kubernetes import manifests
from reconciler.providers.pools.kubernetes.job_state import read_job
from tests.unit.reconciler.providers.pools.kubernetes.told import RUN, SETTINGS, order


def container(manifest: dict[str, Any]) -> dict[str, Any]:
    (found,) = manifest["spec"]["template"]["spec"]["containers"]
    assert isinstance(found, dict)
    return found


def variables(manifest: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one.get("value", one.get("valueFrom")) for one in container(manifest)["env"]}


def test_a_job_waits_for_kueue_and_is_tried_once() -> None:
    wanted = order(cpus="500m", memory="1Gi", gpus=2, gpu_kind="t4")
    made = manifests.job(wanted, "shared.risk", SETTINGS)
    spec = made["spec"]
    assert (spec["suspend"], spec["backoffLimit"], spec["activeDeadlineSeconds"]) == (True, 0, 60)
    assert made["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "shared.risk"
    assert container(made)["resources"]["requests"] == {"cpu": "500m", "memory": str(2**30), "nvidia.com/gpu": "2"}
    assert container(made)["resources"]["limits"] == {"memory": str(2**30), "nvidia.com/gpu": "2"}
    assert spec["template"]["spec"]["nodeSelector"] == {"gpu": "T4"}
    assert "subdomain" not in spec["template"]["spec"]


def test_a_job_carries_its_order() -> None:
    wanted = replace(order(gpus=1, gpu_kind="a100"), inputs=(RUN,))
    read = read_job(manifests.job(wanted, "q", SETTINGS) | {"status": {}})
    assert read
    assert read.order == replace(wanted, request={})


def test_a_job_runs_in_the_image_that_it_asks_for_else_in_that_of_the_environment() -> None:
    assert container(manifests.job(order(), "q", SETTINGS))["image"] == SETTINGS.image
    asked = replace(order(), image="example.com/train:1")
    made = manifests.job(asked, "q", SETTINGS)
    assert container(made)["image"] == "example.com/train:1"
    read = read_job(made | {"status": {}})
    assert read
    assert read.order.image == "example.com/train:1"


def test_a_request_is_a_file_of_the_pod() -> None:
    made = manifests.job(order(), "q", SETTINGS)
    template = made["spec"]["template"]
    assert json.loads(template["metadata"]["annotations"]["setpoint/request"]) == {"runner": "tabular"}
    assert template["spec"]["volumes"][0]["downwardAPI"]["items"][0]["path"] == "request.json"
    assert container(made)["command"][-1] == "/etc/setpoint/request.json"


def test_a_request_that_is_too_large_is_refused() -> None:
    with pytest.raises(Refused, match="more than"):
        manifests.job(replace(order(), request={"x": "y" * manifests.LARGEST_REQUEST}), "q", SETTINGS)


def test_a_kind_without_labels_is_refused() -> None:
    with pytest.raises(Refused, match="kind h100"):
        manifests.job(order(gpus=1, gpu_kind="h100"), "q", SETTINGS)


def test_a_short_timeout_is_a_second() -> None:
    assert manifests.job(replace(order(), timeout=0.3), "q", SETTINGS)["spec"]["activeDeadlineSeconds"] == 1


def test_a_run_s_name_is_no_reference_to_a_variable() -> None:
    assert variables(manifests.job(order("a/$(HOME)/1"), "q", SETTINGS))["SETPOINT_RUN"] == "a/$$(HOME)/1"


def test_nodes_meet_as_torch_expects() -> None:
    made = manifests.job(order(nodes=2), "q", SETTINGS)
    assert (made["spec"]["completionMode"], made["spec"]["parallelism"]) == ("Indexed", 2)
    told = variables(made)
    assert (told["WORLD_SIZE"], told["MASTER_PORT"]) == ("2", "29400")
    assert told["MASTER_ADDR"] == f"{made['metadata']['name']}-0.setpoint-rendezvous"
    assert "job-completion-index" in told["RANK"]["fieldRef"]["fieldPath"]
    assert made["spec"]["template"]["spec"]["subdomain"] == manifests.rendezvous(SETTINGS)["metadata"]["name"]
    selector = manifests.rendezvous(SETTINGS)["spec"]["selector"]
    assert selector.items() <= made["spec"]["template"]["metadata"]["labels"].items()
    assert "RANK" not in variables(manifests.job(order(), "q", SETTINGS))


def test_secrets_are_referred_to_and_never_told() -> None:
    wanted = replace(order(), secrets={"LAKEFS_KEY": "very-secret"})
    settings = replace(SETTINGS, secrets="ours")
    made = manifests.job(wanted, "q", settings)
    assert "very-secret" not in f"{made} {wanted!r}"
    secret = manifests.secret(wanted, settings, {"metadata": {"uid": "u1"}})
    assert container(made)["envFrom"] == [
        {"prefix": "SETPOINT_SECRET_", "secretRef": {"name": "ours"}},
        {"secretRef": {"name": secret["metadata"]["name"]}},
    ]
    assert secret["stringData"] == {"LAKEFS_KEY": "very-secret"}
    assert [owner["uid"] for owner in secret["metadata"]["ownerReferences"]] == ["u1"]
    read = read_job(made)
    assert read
    assert read.has_secret
    assert manifests.secret(wanted, settings)["metadata"]["ownerReferences"] == []


def test_ours_are_told_from_others_whatever_labels_are_added() -> None:
    settings = replace(SETTINGS, labels={"cost": "42", "app.kubernetes.io/managed-by": "me"}, service_account="jobs")
    made = manifests.job(order(), "q", settings)
    for labels in (made["metadata"]["labels"], made["spec"]["template"]["metadata"]["labels"]):
        assert (labels["cost"], labels["app.kubernetes.io/managed-by"]) == ("42", "setpoint")
    assert made["spec"]["template"]["spec"]["serviceAccountName"] == "jobs"
    assert made["spec"]["template"]["spec"]["automountServiceAccountToken"] is False


def test_more_of_the_pods_can_be_said() -> None:
    volume = {"name": "payloads", "persistentVolumeClaim": {"claimName": "payloads"}}
    mount = {"name": "payloads", "mountPath": "/mnt/payloads"}
    pod = {"volumes": [volume], "nodeSelector": {"zone": "a"}, "tolerations": [{"operator": "Exists"}]}
    settings = replace(SETTINGS, pod=pod, mounts=(mount,))
    made = manifests.job(order(gpus=1, gpu_kind="t4"), "q", settings)
    spec = made["spec"]["template"]["spec"]
    assert [one["name"] for one in spec["volumes"]] == ["request", "shared-memory", "payloads"]
    assert container(made)["volumeMounts"][-1] == mount
    assert spec["nodeSelector"] == {"zone": "a", "gpu": "T4"}
    assert (spec["tolerations"], spec["restartPolicy"]) == ([{"operator": "Exists"}], "Never")
