"""What `environment.yaml` says beside `provider: kserve`: where the cluster is, what answers, how it is reached."""

from datetime import timedelta
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from reconciler.kubernetes.pods import not_settable
from reconciler.model.errors import Refused
from reconciler.model.kinds.spec import Block
from reconciler.model.quantity import Duration

COMMAND = ("python", "-m", "runners.serve")
IMAGE_ONLY = ("environ", "mounts", "secrets")
"""The options of the image's container, which nothing of a runtime reads."""
_INSTEAD = "make a ServingRuntime of your own for variables and mounts, and name credentials by pod.serviceAccountName"


class Runtime(Block):
    """A runtime of KServe's own, instead of this project's container."""

    format: str = Field(description="The model's format as KServe names it: `lightgbm`, `onnx`, `sklearn`…")
    name: str = Field(default="", description="The runtime; KServe chooses one by the format where this is empty.")
    s3_endpoint: str = Field(default="", description="Where `s3://` is; else where lakeFS is.")
    s3_https: bool = Field(default=True, description="Whether that speaks HTTPS.")
    s3_region: str = Field(default="us-east-1", description="Its region.")
    logger: str = Field(default="", description="Where KServe's agent sends requests and answers as CloudEvents.")


class Gateways(Block):
    """Gateways as `namespace/name`; endpoints of a visibility without one get a Service."""

    public: str = Field(default="", pattern=r"^([a-z0-9-]+/[a-z0-9.-]+)?$", description="That of public endpoints.")
    internal: str = Field(default="", pattern=r"^([a-z0-9-]+/[a-z0-9.-]+)?$", description="That of internal ones.")


class Options(Block):
    """The options of the provider `kserve`."""

    kubeconfig: str = Field(default="", description="A kubeconfig; else the pod's own account, or kubectl's.")
    context: str = Field(default="", description="One of its contexts.")
    namespace: str = Field(default="", description="Where the endpoints are; one namespace for one environment.")
    image: str = Field(default="", description="An image with this project's runners.")
    command: tuple[str, ...] = Field(default=COMMAND, description="How the image serves.")
    runtime: Runtime | None = Field(default=None, description="A runtime of KServe's own, instead of `image`.")
    environ: dict[str, str] = Field(default={}, description="More environment variables of the container.")
    secrets: str = Field(
        default="", description="A Secret with the container's credentials, instead of short-lived ones."
    )
    mounts: tuple[dict[str, Any], ...] = Field(default=(), description="Its volumeMounts.")
    pod: dict[str, Any] = Field(default={}, description="More of the pods' spec: volumes, nodeSelector, tolerations…")
    payloads: str = Field(default="", description="The folder of payload logs, as the containers and monitors see it.")
    metrics: str = Field(default="", description="A Prometheus that scrapes the pods, for figures and KEDA.")
    series: dict[str, str] | None = Field(
        default=None, description="Labels of this environment's series in it; unset, `namespace` with the namespace."
    )
    autoscaler: Literal["hpa", "keda", "none"] = Field(default="hpa", description="What follows the load.")
    cpu: int = Field(default=80, ge=1, le=100, description="Percent of the CPU that `hpa` aims at.")
    gateways: Gateways = Field(default=Gateways(), description="Gateways, which can divide traffic.")
    host: str = Field(default="", description="The address behind a gateway: `https://{name}.models.example.org`.")
    public: Literal["LoadBalancer", "NodePort"] = Field(
        default="LoadBalancer", description="The type of a public endpoint's Service."
    )
    domain: str = Field(default="cluster.local", description="The cluster's domain.")
    timeout: float = Field(default=10.0, gt=0, description="Seconds that the API server has for an answer.")
    patience: Duration = Field(
        default=timedelta(minutes=5), description="How long a deletion may take until it counts as stuck."
    )

    @model_validator(mode="after")
    def _can_serve(self) -> Self:
        if bool(self.image) == bool(self.runtime):
            raise ValueError("give either image or runtime")
        if unused := [name for name in IMAGE_ONLY if self.runtime and getattr(self, name)]:
            raise ValueError(f"{', '.join(unused)} go with image and not with runtime: {_INSTEAD}")
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
            place = ".".join(str(part) for part in first["loc"]) or "serving"
            what = f"the option {place} of the serving provider kserve can't be used: {first['msg']}"
            raise Refused(what, "correct environment.yaml") from error
