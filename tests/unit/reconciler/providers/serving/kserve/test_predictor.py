"""What answers: the container gets all that it needs and no credential; a runtime gets a URL that it can read."""

import json

import pytest

from reconciler.model.errors import Refused
from reconciler.model.ids import RunName
from reconciler.model.kinds.inference_graph import Node
from reconciler.model.kinds.spec import Resources
from reconciler.ports.serving import Member
from reconciler.providers.serving.kserve import predictor as p
from reconciler.providers.serving.kserve.options import Options, Runtime
from runners.contract.variables import SERVE
from runners.models.graph import Node as RunnersNode
from runners.models.graph import combined
from runners.serve.settings import Settings
from tests.unit.reconciler.providers.serving.kserve.told import OPTIONS, RUNTIME, order
from tests.unit.runners.models.graphed import constant


def environ(container: dict[str, object]) -> dict[str, object]:
    listed = container["env"]
    assert isinstance(listed, list)
    return {one["name"]: one.get("value") for one in listed}


def test_the_runner_understands_its_settings() -> None:
    told = environ(p.container(order(), OPTIONS, ""))[SERVE]
    settings = Settings.model_validate_json(str(told))
    assert (settings.name, settings.host, settings.port) == ("employment", "0.0.0.0", p.PORT)
    assert settings.logs == "file:///mnt/payloads/employment/0123456789ab/$(POD_NAME)"
    assert settings.words == p.LAST_WORDS
    assert settings.threads == 1


def test_the_runner_is_told_of_several_models_and_kserves_own_runtimes_refuse_them() -> None:
    node = Node.model_validate({"router": "ensemble", "steps": [{"deployment": "deployments/a", "weight": 2}]})
    told = order(members=(Member("a", RunName("experiments/a/0"), "s3://a", "sha256:1"),), graph=(node,))
    settings = Settings.model_validate(p.settings(told, OPTIONS))
    assert [(one.name, one.model_url) for one in settings.models] == [("a", "s3://a")]
    assert combined([RunnersNode.of(one) for one in settings.graph], {"a": constant(0.25)}).signature.format == "graph"
    with pytest.raises(Refused, match="KServe's runtimes serve one model"):
        p.model(told, RUNTIME)


def test_grpc_is_spoken_where_it_is_asked_for() -> None:
    options = OPTIONS.model_copy(update={"grpc": True})
    assert Settings.model_validate(p.settings(order(), options)).grpc_port == p.GRPC_PORT
    assert Settings.model_validate(p.settings(order(), OPTIONS)).grpc_port is None
    named = [(port["name"], port["containerPort"]) for port in p.container(order(), options, "")["ports"]]
    assert named == [("http1", 8080), ("h2c", 8081)]


def test_the_name_of_the_pod_is_known_before_the_settings() -> None:
    names = list(environ(p.container(order(), OPTIONS, "")))
    assert names.index("POD_NAME") < names.index(SERVE)


def test_nothing_is_logged_where_nothing_is_asked_for() -> None:
    assert p.settings(order(log_payloads=False), OPTIONS)["logs"] is None
    assert p.settings(order(), Options(image="i"))["logs"] is None


def test_credentials_are_only_named() -> None:
    made = p.container(order(secrets={"TOKEN": "very secret"}), OPTIONS, "employment-0123456789ab")
    assert made["envFrom"] == [{"secretRef": {"name": "employment-0123456789ab"}}]
    assert "very secret" not in json.dumps(made)
    assert "envFrom" not in p.container(order(), OPTIONS, "")


def test_the_container_has_what_the_options_say() -> None:
    options = Options.read(
        {
            "image": "i",
            "environ": {"B": "2", "A": "1"},
            "mounts": [{"name": "v", "mountPath": "/mnt"}],
            "command": ["x"],
        }
    )
    made = p.container(order(), options, "")
    assert list(environ(made))[-2:] == ["A", "B"]
    assert (made["volumeMounts"], made["command"]) == ([{"name": "v", "mountPath": "/mnt"}], ["x"])


def test_a_runtime_reads_lakefs_by_its_s3_gateway() -> None:
    assert RUNTIME.runtime
    made = p.model(order(), RUNTIME.runtime)
    assert made["storageUri"] == "s3://models/main/experiments/employment/00000000000a"
    assert (made["runtime"], made["modelFormat"]) == ("kserve-lgbserver", {"name": "lightgbm"})
    assert made["args"] == ["--model_name=employment"]


def test_mlserver_is_named_by_a_variable_as_it_ends_at_an_argument() -> None:
    made = p.model(order(), Runtime(format="lightgbm", name="kserve-mlserver"))
    assert environ(made) == {"MLSERVER_MODEL_NAME": "employment"}
    assert made["readinessProbe"]["httpGet"] == {"path": "/v2/models/employment/ready", "port": p.PORT}
    assert "args" not in made


@pytest.mark.parametrize("url", ["file:///data/model", "memory://x"])
def test_a_runtime_reads_no_disk_of_ours(url: str) -> None:
    with pytest.raises(Refused) as refused:
        p.storage_uri(url)
    assert "image" in refused.value.hint


@pytest.mark.parametrize("url", ["s3://bucket/model", "gs://bucket/model", "pvc://claim/model"])
def test_what_kserve_reads_itself_is_left_as_it_is(url: str) -> None:
    assert p.storage_uri(url) == url


def test_amounts_are_written_as_kubernetes_does() -> None:
    made = p.resources(Resources(cpus=1.5, memory=3 * 2**30, gpus=2))
    assert made["limits"] == {"cpu": "1500m", "memory": "3Gi", "nvidia.com/gpu": "2"}
    assert made["requests"] == made["limits"]
    assert [p.cores(4), p.cores(0.0001), p.size(5 * 2**20), p.size(1000), p.size(1024)] == [
        "4",
        "1m",
        "5Mi",
        "1000",
        "1Ki",
    ]
