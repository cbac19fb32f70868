"""The options of the provider are read, or refused in words that name the one that is wrong."""

from typing import Any

import pytest

from reconciler.model.errors import Refused
from reconciler.providers.serving.kserve.options import Options


def test_an_image_is_enough() -> None:
    options = Options.read({"image": "runners:1"})
    assert (options.autoscaler, options.has_gateways, options.gateway("public")) == ("hpa", False, "")


def test_each_visibility_has_its_gateway() -> None:
    told = {"image": "i", "gateways": {"public": "gates/outside"}, "host": "https://{name}.example.org"}
    options = Options.read(told)
    assert (options.gateway("public"), options.gateway("internal"), options.has_gateways) == ("gates/outside", "", True)


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({}, "either image or runtime"),
        ({"image": "i", "runtime": {"format": "onnx"}}, "either image or runtime"),
        ({"runtime": {"format": "onnx"}, "environ": {"A": "1"}}, "environ go with image and not with runtime"),
        ({"runtime": {"format": "onnx"}, "mounts": [{"name": "disk", "mountPath": "/mnt"}]}, "mounts go with image"),
        ({"runtime": {"format": "onnx"}, "secrets": "s", "environ": {"A": "1"}}, "environ, secrets go with image"),
        ({"image": "i", "gateways": {"public": "gates/outside"}}, "{name}"),
        ({"image": "i", "gateways": {"public": "outside"}, "host": "{name}"}, "gateways.public"),
        ({"image": "i", "autoscaler": "keda"}, "metrics"),
        ({"image": "i", "autoscaler": "knative"}, "autoscaler"),
        ({"image": "i", "imgae": "j"}, "imgae"),
        ({"runtime": {"format": "onnx"}, "grpc": True}, "grpc go with image"),
        (
            {"image": "i", "grpc": True, "gateways": {"internal": "gates/inside"}, "host": "{name}"},
            "gateways divide requests of HTTP alone",
        ),
        ({"image": "i", "pod": {"containers": []}}, "containers"),
        ({"image": "i", "patience": "soon"}, "patience"),
    ],
)
def test_a_wrong_option_is_named(told: dict[str, Any], named: str) -> None:
    with pytest.raises(Refused) as refused:
        Options.read(told)
    assert named in str(refused.value)
    assert "environment.yaml" in refused.value.hint
