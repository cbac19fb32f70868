"""An InferenceService is a function of the order; its labels and annotations never change while it lives."""

import json
from dataclasses import replace

import pytest

from reconciler.model.errors import Refused
from reconciler.model.kinds.deployments import Payloads, Replicas
from reconciler.providers.serving.kserve import drift
from reconciler.providers.serving.kserve.access import has_use
from reconciler.providers.serving.kserve.manifest import inference_service, rescaled
from reconciler.providers.serving.kserve.options import Options
from reconciler.providers.serving.kserve.scale import scale_of
from runners.contract.variables import SERVE
from tests.unit.reconciler.providers.serving.kserve.told import OPTIONS, RUNTIME, listed, order

MORE = Replicas(minimum=2, maximum=5, target_rps=75)


def test_it_runs_in_standard_mode_within_the_cluster() -> None:
    metadata = inference_service(order(visibility="public"), OPTIONS)["metadata"]
    assert metadata["annotations"]["serving.kserve.io/deploymentMode"] == "Standard"
    assert metadata["labels"]["networking.kserve.io/visibility"] == "cluster-local"
    assert metadata["labels"]["setpoint.io/visibility"] == "public"


def test_bounds_change_nothing_that_reaches_the_pods() -> None:
    before, after = inference_service(order(), OPTIONS), inference_service(order(replicas=MORE), OPTIONS)
    assert before["metadata"] == after["metadata"]
    assert before["spec"]["predictor"]["containers"] == after["spec"]["predictor"]["containers"]
    assert scale_of(after["spec"]["predictor"]) == (2, 5, 75.0)


def test_a_revision_is_rescaled_as_it_was_ordered_whatever_the_options_say_by_now() -> None:
    there = listed()
    later = Options(image="registry.example.org/runners:2")
    made = rescaled(there, order(replicas=MORE), later)
    assert made["spec"]["predictor"]["containers"][0]["image"] == "registry.example.org/runners:1"
    assert made["metadata"]["annotations"] == there["metadata"]["annotations"]
    assert scale_of(made["spec"]["predictor"]) == (2, 5, 75.0)
    assert set(made["metadata"]) == {"name", "labels", "annotations"}
    assert drift.is_whole(made)


def test_a_runtime_keeps_its_variables_when_it_is_rescaled() -> None:
    there = listed(options=RUNTIME)
    there["spec"]["predictor"]["model"]["env"].append({"name": "MLSERVER_MODEL_URI", "value": "/mnt/models"})
    assert drift.is_whole(there)
    made = rescaled(there, order(replicas=MORE), RUNTIME)
    assert made["spec"]["predictor"]["model"]["env"] == there["spec"]["predictor"]["model"]["env"]


def test_credentials_of_the_environment_take_the_place_of_short_lived_ones() -> None:
    options = Options(image="i", secrets="lakefs-reader")
    (container,) = inference_service(order(secrets={"TOKEN": "x"}), options)["spec"]["predictor"]["containers"]
    assert container["envFrom"] == [{"secretRef": {"name": "lakefs-reader"}}]
    assert not has_use(order(secrets={"TOKEN": "x"}), options)


def test_a_runtime_gets_an_account_only_where_there_are_credentials() -> None:
    predictor = inference_service(order(), RUNTIME)["spec"]["predictor"]
    assert "serviceAccountName" not in predictor
    predictor = inference_service(order(secrets={"AWS_ACCESS_KEY_ID": "a"}), RUNTIME)["spec"]["predictor"]
    assert predictor["serviceAccountName"] == "employment-0123456789ab"
    theirs = RUNTIME.model_copy(update={"pod": {"serviceAccountName": "reads-models"}})
    predictor = inference_service(order(secrets={"TOKEN": "of no use to S3"}), theirs)["spec"]["predictor"]
    assert predictor["serviceAccountName"] == "reads-models"


def test_a_runtime_s_payloads_are_logged_where_the_options_say() -> None:
    assert RUNTIME.runtime
    runtime = RUNTIME.runtime.model_copy(update={"logger": "http://sink"})
    options = RUNTIME.model_copy(update={"runtime": runtime})
    assert inference_service(order(), options)["spec"]["predictor"]["logger"] == {"mode": "all", "url": "http://sink"}
    quiet = inference_service(replace(order(), log_payloads=False), options)
    assert "logger" not in quiet["spec"]["predictor"]


def test_a_runtime_whose_agent_logs_all_leaves_nothing_out() -> None:
    assert RUNTIME.runtime
    runtime = RUNTIME.runtime.model_copy(update={"logger": "http://sink"})
    some = replace(order(), payloads=Payloads(leave_out=("name",)))
    with pytest.raises(Refused, match="logs all of each request"):
        inference_service(some, RUNTIME.model_copy(update={"runtime": runtime}))
    assert "logger" not in inference_service(some, RUNTIME)["spec"]["predictor"]
    (container,) = inference_service(some, OPTIONS)["spec"]["predictor"]["containers"]
    told = json.loads(next(one["value"] for one in container["env"] if one["name"] == SERVE))
    assert (told["format"], told["logs_without"]) == (2, ["name"])


def test_pods_get_what_the_options_add_and_are_scraped_where_figures_are_asked_for() -> None:
    options = Options.read({"image": "i", "pod": {"nodeSelector": {"gpu": "a"}}, "metrics": "http://prometheus"})
    made = inference_service(order(), options)
    assert made["spec"]["predictor"]["nodeSelector"] == {"gpu": "a"}
    assert made["metadata"]["annotations"]["prometheus.io/port"] == "8080"
    assert "prometheus.io/port" not in json.dumps(inference_service(order(), OPTIONS))
