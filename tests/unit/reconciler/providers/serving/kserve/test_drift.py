"""The seal breaks when somebody edits what is ours, and never by what others do by right."""

import copy
from collections.abc import Callable

import pytest

from reconciler.kubernetes.kinds import Manifest
from reconciler.providers.serving.kserve import drift
from tests.unit.reconciler.providers.serving.kserve.told import RUNTIME, listed


def container(thing: Manifest) -> Manifest:
    found: Manifest = thing["spec"]["predictor"]["containers"][0]
    return found


EDITS: dict[str, Callable[[Manifest], object]] = {
    "image": lambda thing: container(thing).update(image="other:1"),
    "settings": lambda thing: container(thing)["env"][1].update(value="{}"),
    "memory": lambda thing: container(thing)["resources"]["limits"].update(memory="2Gi"),
    "stopped": lambda thing: thing["metadata"]["annotations"].update({"serving.kserve.io/stop": "true"}),
    "visibility": lambda thing: thing["metadata"]["labels"].pop("networking.kserve.io/visibility"),
    "trial": lambda thing: thing["metadata"]["annotations"].update({"setpoint.io/trial": "experiments/x/y"}),
    "node": lambda thing: thing["spec"]["predictor"].update(nodeSelector={"a": "b"}),
    "seal": lambda thing: thing["metadata"]["annotations"].pop("setpoint.io/seal"),
}
OTHERS: dict[str, Callable[[Manifest], object]] = {
    "replicas": lambda thing: thing["spec"]["predictor"].update(minReplicas=4),
    "an annotation": lambda thing: thing["metadata"]["annotations"].update({"team": "risk"}),
    "a label": lambda thing: thing["metadata"]["labels"].update({"team": "risk"}),
    "a default": lambda thing: container(thing).update(imagePullPolicy="Always"),
    "another amount's form": lambda thing: container(thing)["resources"]["limits"].update(cpu="1.5"),
    "a probe": lambda thing: container(thing)["readinessProbe"].update(successThreshold=1),
}


@pytest.mark.parametrize("what", EDITS)
def test_an_edit_of_ours_breaks_it(what: str) -> None:
    thing = listed()
    assert drift.is_whole(thing)
    EDITS[what](thing)
    assert not drift.is_whole(thing)


@pytest.mark.parametrize("what", OTHERS)
def test_what_others_may_do_doesn_t(what: str) -> None:
    thing = listed()
    OTHERS[what](thing)
    assert drift.is_whole(thing)


def test_a_runtime_s_model_is_sealed_too() -> None:
    thing = listed(options=RUNTIME)
    assert drift.is_whole(thing)
    thing["spec"]["predictor"]["model"]["protocolVersion"] = "v2"
    assert drift.is_whole(thing)
    thing["spec"]["predictor"]["model"]["storageUri"] = "s3://other"
    assert not drift.is_whole(thing)


def test_ours_is_what_was_applied_and_nothing_of_others() -> None:
    thing = listed()
    before = copy.deepcopy(thing)
    OTHERS["a label"](thing)
    kept = drift.ours(thing)
    assert kept == drift.ours(before)
    assert "status" not in kept
    assert "uid" not in kept["metadata"]
    assert drift.ours(listed(options=RUNTIME))["spec"]["predictor"]["model"]["runtime"] == "kserve-lgbserver"
