"""Changes: the verbs of a plan. Each is a frozen value that names its port, what it touches and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from pydantic import BaseModel

from reconciler.model.ids import Address, CommitId, Digest, RunName
from reconciler.model.kinds.access import Access
from reconciler.model.kinds.deployments import Model, Payloads, Replicas
from reconciler.model.kinds.inference_graph import Node
from reconciler.model.kinds.pools import Pool
from reconciler.model.kinds.spec import Resources
from reconciler.model.observed import Job
from reconciler.model.reviews import CommitStatus, Review


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One step towards the desired state, idempotent. `address` is the resource for whose sake it is made."""

    port: ClassVar[str] = ""
    verb: ClassVar[str] = ""
    sign: ClassVar[str] = "~"

    address: Address
    why: str = ""

    @property
    def target(self) -> str:
        """Return the name of the thing that is touched."""
        return self.address

    @property
    def key(self) -> str:
        """Return a text that is equal for equal changes: they may hold what can't be hashed."""
        return repr(sorted(self.as_json().items(), key=lambda pair: pair[0]))

    def as_json(self) -> dict[str, Any]:
        """Return the change as JSON-compatible values, for printing and for the plan's digest."""
        rest = {f.name: _plain(getattr(self, f.name)) for f in fields(self) if f.repr}
        return {"port": self.port, "verb": self.verb, "target": self.target, **rest}


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Review):
        return {"author": value.author, "commit": value.commit, "opinion": value.opinion.value}
    if isinstance(value, CommitStatus):
        return {"context": value.context, "verdict": value.verdict.value, "description": value.description}
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurePool(Change):
    """Give a pool its capacity and shares; `spec` None takes the pool away."""

    port = "pool"
    verb = "configure"
    spec: Pool | None


NEVER_MADE = "this run was never made"
"""Why a run is started of which nothing else is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRun(Change):
    """Open the run's data branch and submit its job.

    `inputs` maps roles to runs whose output is read; `urls` maps roles to places that aren't runs. `code` is the path
    of a folder of the repository and its Git tree id. `image` is the container image that it asks for, if it does.
    `asks` is the deployment whose endpoint the job asks. `made_from` is what the run's name digests, part by part; it
    is no part of the plan.
    """

    port = "pool"
    verb = "run"
    sign = "+"
    run: RunName
    runner: str
    params: Mapping[str, Any]
    pool: Address
    team: str
    resources: Resources
    timeout: float
    attempt: int = 1
    seed: int = 0
    inputs: Mapping[str, RunName] = field(default_factory=dict)
    urls: Mapping[str, str] = field(default_factory=dict)
    code: tuple[str, str] | None = None
    image: str = ""
    asks: Address | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)
    made_from: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def target(self) -> str:
        """Return the run's name."""
        return self.run

    def as_json(self) -> dict[str, Any]:
        """Return the change as JSON-compatible values; whom it asks where it does."""
        told = Change.as_json(self)
        return told if self.asks else {key: value for key, value in told.items() if key != "asks"}


@dataclass(frozen=True, slots=True)
class Origin:
    """How a run came about: its order, the data commits of its inputs by role, and its job, if a pool knows it."""

    order: StartRun
    commits: Mapping[str, CommitId] = field(default_factory=dict)
    job: Job | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfRun(Change):
    run: RunName

    @property
    def target(self) -> str:
        """Return the run's name."""
        return self.run


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptRun(_OfRun):
    """Commit a run's output and merge it to the environment's data branch, as a version.

    `origin` is what a statement about its model is made from, where it has left one; it is no part of the plan.
    """

    port = "data"
    verb = "accept"
    metadata: Mapping[str, str] = field(default_factory=dict)
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectRun(_OfRun):
    """Commit a run's output on its branch, unmerged, where people can inspect it."""

    port = "data"
    verb = "reject"
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DropRun(_OfRun):
    """Remove a run's branch that nobody asks for, or, if it is `accepted`, a version that the spec keeps no more."""

    port = "data"
    verb = "drop"
    sign = "-"

    accepted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelJob(_OfRun):
    """Stop a job that nobody asks for any more, and forget it."""

    port = "pool"
    verb = "cancel"
    sign = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfEndpoint(Change):
    """A change of an endpoint. `endpoint` is its name, where the resource has got another one since."""

    endpoint: Address | None = None

    @property
    def deployment(self) -> Address:
        """Return the name that the endpoint has in its engine."""
        return self.endpoint or self.address

    @property
    def target(self) -> str:
        """Return the endpoint's name."""
        return self.deployment

    def as_json(self) -> dict[str, Any]:
        """Return the change as JSON-compatible values; the endpoint's name where it isn't the resource's."""
        told = Change.as_json(self)
        return told if self.endpoint else {key: value for key, value in told.items() if key != "endpoint"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfRevision(_OfEndpoint):
    revision: Digest

    @property
    def target(self) -> str:
        """Return the endpoint and the revision."""
        return f"{self.deployment}/{self.revision}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfProposal(Change):
    name: str

    @property
    def target(self) -> str:
        """Return the proposal's name."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRevision(_OfRevision):
    """Start a revision of an endpoint, or give a running one new bounds of scale."""

    port = "serving"
    verb = "start"
    sign = "+"
    model: Model
    replicas: Replicas
    resources: Resources
    visibility: str = "internal"
    access: Access | None = None
    log_payloads: bool = True
    payloads: Payloads = field(default_factory=Payloads)
    members: Mapping[str, Model] = field(default_factory=dict)
    """The models that a graph combines, by their name in it."""
    graph: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(_OfEndpoint):
    """Divide an endpoint's traffic among its revisions, in percent: by the values of a header, where one is told."""

    port = "serving"
    verb = "route"
    traffic: Mapping[Digest, int]
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRevision(_OfRevision):
    """Stop a revision that has no traffic, after it answered what it has begun."""

    port = "serving"
    verb = "stop"
    sign = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteEndpoint(_OfEndpoint):
    """Take an endpoint away with all its revisions."""

    port = "serving"
    verb = "delete"
    sign = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenProposal(_OfProposal):
    """Propose a change of one YAML file: `edits` maps paths in the file to new values.

    `file` is created when it isn't there. `body` is Markdown: the evidence. `pictures` are files of the status branch
    by their paths, with what each shows.
    """

    port = "forge"
    verb = "propose"
    sign = "+"
    file: str
    edits: Mapping[str, Any]
    title: str
    body: str = ""
    pictures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeProposal(_OfProposal):
    """Merge a proposal, if its head is this one and it brings these edits of this file, and nothing else.

    `reviews` are what people said of it, where that is why it is merged, and `teams` who belonged to the teams that the
    forge was asked for.
    """

    port = "forge"
    verb = "merge"
    head: CommitId
    file: str
    edits: Mapping[str, Any]
    reviews: tuple[Review, ...] | None = None
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeProposal(_OfProposal):
    """Give the head of a proposal commit statuses: what each of its gates says now."""

    port = "forge"
    verb = "judge"
    head: CommitId
    statuses: tuple[CommitStatus, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskWebhook(_OfProposal):
    """Ask a service about the head of a proposal; it answers later. `question` names what it is asked, and when anew.

    `secret` is the name of the one that signs, `data` what the service is told.
    """

    port = "webhook"
    verb = "ask"
    question: str
    url: str
    secret: str
    timeout: float
    data: Mapping[str, Any]

    @property
    def target(self) -> str:
        """Return where it is asked."""
        return self.url


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseProposal(_OfProposal):
    """Close a proposal that is merged or that a better one replaces."""

    port = "forge"
    verb = "close"
    sign = "-"
