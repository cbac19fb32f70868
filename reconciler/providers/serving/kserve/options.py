"""What `environment.yaml` says beside `provider: kserve`: where the cluster is, what answers, how it is reached."""

from typing import Any, Self

from pydantic import ValidationError, model_validator

from reconciler.kubernetes.pods import not_settable
from reconciler.model.errors import Refused
from reconciler.plugins.options import Gateways, KServe, Runtime
from runners.contract.mistakes import said
from runners.contract.text import dotted

IMAGE_ONLY = ("environ", "grpc", "mounts", "secrets")
"""The options of the image's container, which nothing of a runtime reads."""
__all__ = ["IMAGE_ONLY", "Gateways", "Options", "Runtime"]
_INSTEAD = "make a ServingRuntime of your own for variables and mounts, and name credentials by pod.serviceAccountName"


class Options(KServe):
    """The options of the provider `kserve`, with what they demand of each other."""

    @model_validator(mode="after")
    def _can_serve(self) -> Self:
        if bool(self.image) == bool(self.runtime):
            raise ValueError("give either image or runtime")
        if unused := [name for name in IMAGE_ONLY if self.runtime and getattr(self, name)]:
            raise ValueError(f"{', '.join(unused)} go with image and not with runtime: {_INSTEAD}")
        if self.grpc and self.has_gateways:
            raise ValueError("gateways divide requests of HTTP alone: leave grpc out, or the gateways")
        if self.has_gateways and "{name}" not in self.host:
            raise ValueError("gateways need host, with {name} in it")
        if wrong := not_settable(self.pod):
            raise ValueError(wrong)
        if self.autoscaler == "keda" and not self.metrics:
            raise ValueError("autoscaler keda asks a Prometheus: give metrics")
        return self

    @property
    def is_scraped(self) -> bool:
        """Tell whether a Prometheus knows our pods' series; KServe's own runtimes have others."""
        return bool(self.metrics) and self.runtime is None

    @property
    def has_gateways(self) -> bool:
        """Tell whether any endpoint is behind a gateway."""
        return bool(self.gateways.public or self.gateways.internal)

    def gateway(self, visibility: str) -> str:
        """Return the gateway of endpoints with a visibility; empty where a Service leads to them."""
        return self.gateways.public if visibility == "public" else self.gateways.internal

    @classmethod
    def read(cls, told: dict[str, Any]) -> Self:
        """Read the options of the file.

        Raises:
            Refused: an option is unknown, missing or wrong.
        """
        try:
            return cls.model_validate(told)
        except ValidationError as error:
            first = error.errors()[0]
            place = dotted(first["loc"]) or "serving"
            what = f"the option {place} of the serving provider kserve can't be used: {said(first)[0]}"
            raise Refused(what, "correct environment.yaml") from error
