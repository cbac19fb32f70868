"""The options of the built-in providers, as `environment.yaml` may state them; their meaning stands in the providers.

What only the provider can tell (a file that isn't there, options that exclude each other) it tells when it is built.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from reconciler.model.kinds.deployments import Deployment
from reconciler.model.kinds.pools import Pool
from reconciler.model.kinds.spec import Spec
from reconciler.model.quantity import Duration, Quantity
from reconciler.plugins import refusals
from reconciler.plugins.declaration import EmbeddedOptions, Options
from reconciler.plugins.refusals import Refusal

_COMMAND = ("python", "-m", "runners")
_LONGEST = 10**10
_SERVE = ("python", "-m", "runners.serve")


def _span(value: Any) -> Any:
    """Read seconds as the durations that they are."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return value
    if not 0 <= value <= _LONGEST:
        raise ValueError(f"expected a duration such as 30s, or seconds from 0 to {_LONGEST:,}")
    return timedelta(seconds=value)


Span = Annotated[
    Duration,
    BeforeValidator(_span),
    WithJsonSchema({"anyOf": [{"type": "string", "examples": ["10s", "7d"]}, {"type": "number", "minimum": 0}]}),
]
"""A duration, or seconds."""


class GitData(EmbeddedOptions):
    """The options of the data provider `git`."""

    largest_output: Quantity = Field(default=50.0 * 2**30, description="Bytes that the output of one run may have.")


class LakeFS(Options):
    """The options of the data provider `lakefs`."""

    endpoint: str = Field(description="Where lakeFS answers, as seen from the daemon and from its jobs.")
    repository: str = Field(description="The repository, best kept for Setpoint alone.")
    access_key_id: str = Field(description="The daemon's key, best a secret: ${secret:LAKEFS_KEY}.")
    secret_access_key: str = Field(description="The secret of that key.")
    job_access_key_id: str = Field(description="The key of the user as whom jobs read and write.")
    job_secret_access_key: str = Field(description="The secret of that key.")
    serve_access_key_id: str = Field(
        default="", description="The key of the user as whom endpoints read models; unset, they get what jobs get."
    )
    serve_secret_access_key: str = Field(default="", description="The secret of that key.")
    storage_namespace: str | None = Field(
        default=None, description="Where a repository that isn't there is made, `s3://bucket/prefix`; unset, none is."
    )
    certificates: str | None = Field(default=None, description="A file of authorities to trust; unset, the system's.")
    timeout: float = Field(default=20.0, gt=0, description="Seconds that an answer may take.")
    largest_output: Quantity = Field(default=500.0 * 2**30, description="Bytes that the output of one run may have.")


class LocalPool(EmbeddedOptions):
    """The options of the pool provider `local`."""

    command: tuple[str, ...] | None = Field(
        default=None, min_length=1, description="What a job is; by default the runners."
    )
    grace: Span = Field(default=timedelta(seconds=10), description="How long a job has to end after SIGTERM.")
    keep: Span = Field(default=timedelta(days=7), description="How long a job that succeeded is remembered.")
    inherit: tuple[str, ...] = Field(
        default=(), description="Further environment variables of the daemon that every job gets, such as AWS_PROFILE."
    )
    warm: bool = Field(
        default=True, description="Jobs of our own runners are copies of a process that has made their imports."
    )

    def refusals(self, spec: Spec) -> Iterator[Refusal]:
        yield from refusals.without_containers(spec)


class Kubernetes(Options):
    """The options of the pool provider `kubernetes`."""

    image: str = Field(min_length=1, description="The image of all jobs; it holds the runners and what they need.")
    namespace: str = Field(default="", description="Where jobs run; unset, that of the context, or the daemon's own.")
    kubeconfig: str = Field(default="", description="A kubeconfig; unset, the pod's own account, or kubectl's.")
    context: str = Field(default="", description="One of its contexts.")
    command: tuple[str, ...] = Field(default=_COMMAND, min_length=1, description="What a job runs in the image.")
    service_account: str = Field(default="", description="Whose rights jobs have; none are needed.")
    secrets: str = Field(default="", description="A Secret whose entry NAME every job reads as ${secret:NAME}.")
    labels: dict[str, str] | None = Field(default=None, description="Labels of all jobs and their pods.")
    gpu: str = Field(default="nvidia.com/gpu", description="The resource by which nodes offer GPUs.")
    gpu_kinds: dict[str, dict[str, str]] | None = Field(
        default=None, description="For each kind of GPU the labels of the nodes that have it."
    )
    pod: dict[str, Any] | None = Field(default=None, description="More of the pods' spec: volumes, tolerations…")
    mounts: tuple[dict[str, Any], ...] = Field(default=(), description="More volumeMounts of the job's container.")
    keep: Duration = Field(default=timedelta(days=1), description="How long a job that succeeded is kept.")
    timeout: float = Field(default=10.0, gt=0, description="Seconds that the API server has for an answer.")

    def refusals(self, spec: Spec) -> Iterator[Refusal]:
        if isinstance(spec, Pool):
            yield from refusals.without_labels(spec, self.gpu_kinds or {})
            yield from refusals.of_which_kind(spec)


class Certificate(Options):
    """A certificate and its key, as PEM files."""

    certificate: str = Field(description="The absolute path of the certificate.")
    key: str = Field(description="The absolute path of its key.")


class LocalServing(EmbeddedOptions):
    """The options of the serving provider `local`."""

    port: int = Field(default=0, ge=0, le=65535, description="Where to listen; 0 is any free port, then remembered.")
    public_address: str = Field(default="0.0.0.0", description="Where public endpoints listen; 0.0.0.0 is everywhere.")
    public_port: int = Field(default=0, ge=0, le=65535, description="Their port; 0 is any free one.")
    tls: Literal["internal", "off", "", False] | Certificate | None = Field(
        default=None, description="How they speak TLS: internal, {certificate, key}, or off."
    )
    forward_auth: str = Field(default="", description="The URL of the authentication service that endpoints may name.")
    body_limit: int = Field(default=16 * 2**20, gt=0, description="Bytes of the largest request that is answered.")
    payload_quota: int = Field(default=2**30, ge=0, description="Bytes of each deployment's payload logs.")
    command: tuple[str, ...] | None = Field(default=None, min_length=1, description="What a replica is.")

    def refusals(self, spec: Spec) -> Iterator[Refusal]:
        if not isinstance(spec, Deployment):
            return
        yield from refusals.without_service(spec.access, self.forward_auth)
        yield from refusals.without_tls(self.tls, self.public_address, spec.visibility)


class Runtime(Options):
    """A runtime of KServe's own, instead of this project's container."""

    format: str = Field(description="The model's format as KServe names it: `lightgbm`, `onnx`, `sklearn`…")
    name: str = Field(default="", description="The runtime; KServe chooses one by the format where this is empty.")
    s3_endpoint: str = Field(default="", description="Where `s3://` is; else where lakeFS is.")
    s3_https: bool = Field(default=True, description="Whether that speaks HTTPS.")
    s3_region: str = Field(default="us-east-1", description="Its region.")
    logger: str = Field(default="", description="Where KServe's agent sends requests and answers as CloudEvents.")


class Gateways(Options):
    """Gateways as `namespace/name`; endpoints of a visibility without one get a Service."""

    public: str = Field(default="", pattern=r"^([a-z0-9-]+/[a-z0-9.-]+)?$", description="That of public endpoints.")
    internal: str = Field(default="", pattern=r"^([a-z0-9-]+/[a-z0-9.-]+)?$", description="That of internal ones.")


class KServe(Options):
    """The options of the serving provider `kserve`."""

    kubeconfig: str = Field(default="", description="A kubeconfig; else the pod's own account, or kubectl's.")
    context: str = Field(default="", description="One of its contexts.")
    namespace: str = Field(default="", description="Where the endpoints are; one namespace for one environment.")
    image: str = Field(default="", description="An image with this project's runners.")
    command: tuple[str, ...] = Field(default=_SERVE, description="How the image serves.")
    runtime: Runtime | None = Field(default=None, description="A runtime of KServe's own, instead of `image`.")
    grpc: bool = Field(default=False, description="Whether new revisions speak gRPC, too, at the Service's port 8081.")
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

    def refusals(self, spec: Spec) -> Iterator[Refusal]:
        if not isinstance(spec, Deployment):
            return
        gateway = self.gateways.public if spec.visibility == "public" else self.gateways.internal
        yield from refusals.seen_to_by_gateway(spec.access)
        yield from refusals.guarded(spec.access, spec.visibility, has_runtime=self.runtime is not None)
        yield from refusals.undivided(spec.rollout.steps, spec.visibility, gateway)
        yield from refusals.one_model(spec, has_runtime=self.runtime is not None)
        logger = self.runtime.logger if self.runtime else ""
        yield from refusals.logged_whole(spec.payloads, logger, is_logged=spec.log_payloads)


class Gitea(Options):
    """The options of the forge provider `gitea`, for Forgejo too."""

    token: str = Field(min_length=1, description="The token of a user of its own who may write: ${secret:GITEA_TOKEN}.")
    url: str = Field(default="", description="Where the server answers; unset, where the repository is.")
    path: str = Field(default="", description="The repository there, owner/name; unset, as the repository's URL says.")
    timeout: float = Field(default=10.0, gt=0, description="Seconds that an answer may take.")


class GitHub(Options):
    """The options of the forge provider `github`, for github.com and Enterprise Server."""

    token: str = Field(default="", description="A fine-grained token that may write: ${secret:GITHUB_TOKEN}.")
    app: str | int = Field(default="", description="Instead of a token, an App, by its client id or its number.")
    private_key: str = Field(default="", description="The App's private key, best a secret: ${secret:GITHUB_APP_KEY}.")
    private_key_file: str = Field(default="", description="Instead of that, a file with the App's private key.")
    installation: int = Field(default=0, ge=0, description="The App's installation; unset, the one on the repository.")
    url: str = Field(
        default="", description="Where people reach it, https://github.com; unset, as the repository's URL says."
    )
    api: str = Field(default="", description="Where its API answers; unset, where GitHub has it for that address.")
    edition: Literal["", "cloud", "server"] = Field(default="", description="Which GitHub; unset, as the address says.")
    path: str = Field(default="", description="The repository there, owner/name; unset, as the repository's URL says.")
    timeout: float = Field(default=10.0, gt=0, description="Seconds that an answer may take.")
    spacing: float = Field(default=1.0, ge=0, le=60, description="Seconds between two writes; GitHub asks for one.")


class GitLab(Options):
    """The options of the forge provider `gitlab`, for gitlab.com and self-managed."""

    token: str = Field(min_length=1, description="An access token of the project: ${secret:GITLAB_TOKEN}.")
    url: str = Field(default="", description="Where GitLab answers; unset, where the repository is.")
    path: str = Field(default="", description="The project there, group/name; unset, as the repository's URL says.")
    timeout: float = Field(default=10.0, gt=0, description="Seconds that an answer may take.")


class LabelFolder(EmbeddedOptions):
    """The options of the labelling provider `folder`."""


class LabelStudio(Options):
    """The options of the labelling provider `label-studio`."""

    url: str = Field(min_length=1, description="Where the server answers, as people reach it.")
    token: str = Field(
        min_length=1, description="A personal access token of a user of its own: ${secret:LABEL_STUDIO_TOKEN}."
    )
    space: str = Field(
        default="",
        max_length=50,
        description="Tells this repository's projects from those of others on the same server.",
    )
    timeout: float = Field(default=20.0, gt=0, description="Seconds that an answer may take.")
