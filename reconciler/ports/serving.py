"""Endpoints: revisions of models that answer requests, and the traffic among them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from reconciler.model.ids import Address, Digest, RunName
from reconciler.model.kinds.access import Access
from reconciler.model.kinds.deployments import Payloads, Replicas
from reconciler.model.kinds.inference_graph import Node
from reconciler.model.kinds.spec import Resources
from reconciler.model.observed import Endpoint
from runners.contract.formats import SERVING

LOG_LIMIT = 2**20
"""Bytes of what the replicas of a revision have printed that are read at once, all of them together."""


@dataclass(frozen=True, slots=True)
class Member:
    """One of the models that a graph combines, with its name there."""

    name: str
    trial: RunName
    model_url: str
    model_digest: str


@dataclass(frozen=True, slots=True)
class RevisionOrder:
    """A revision as it is handed to an engine.

    `model_url` is the trial's folder; `model_digest` is `sha256:<hex>` of the model's file, which is checked before the
    model is loaded. `secrets` are environment variables that loading it needs, kept as those of a job are.
    """

    deployment: Address
    revision: Digest
    trial: RunName
    model_url: str
    model_digest: str
    replicas: Replicas
    resources: Resources
    visibility: str = "internal"
    access: Access | None = None
    log_payloads: bool = True
    payloads: Payloads = field(default_factory=Payloads)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    members: tuple[Member, ...] = ()
    """The models of `graph`, where there are several: `trial` and `model_digest` name all of them together."""
    graph: tuple[Node, ...] = ()

    def as_settings(self) -> dict[str, Any]:
        """Return what a replica is told of its models and its log, and in which format."""
        if not self.members:
            return self.payloads.as_settings()
        models = [asdict(member) for member in self.members]
        graph = [node.as_told() for node in self.graph]
        return {**self.payloads.as_settings(), "format": SERVING, "models": models, "graph": graph}


class Serving(Protocol):
    """Endpoints that outlive the daemon."""

    def list(self) -> Mapping[Address, Endpoint]:
        """List all endpoints with their revisions, traffic and figures.

        One that can't be read by itself is listed as `unread`: it isn't absent, and no verb is asked for it meanwhile.
        """

    def start(self, order: RevisionOrder) -> None:
        """Start a revision without traffic; for one that is there, only its bounds of scale change."""

    def route(self, deployment: Address, traffic: Mapping[Digest, int], key: str = "") -> None:
        """Divide the traffic in percent among revisions that are ready, without failing a request.

        With a `key`, the name of a header, requests with the same value of it get to the same revision as long as the
        traffic stays so, and their replicas log by a digest of it. Chance divides the others.

        Raises:
            Refused: a revision isn't there, the shares don't add up to 100, or this engine can't divide by a key.
        """

    def stop(self, deployment: Address, revision: Digest) -> None:
        """Stop a revision without traffic, after it answered what it has begun."""

    def delete(self, deployment: Address) -> None:
        """Take an endpoint away with all its revisions; its payload logs stay."""

    def settle(self) -> bool:
        """Let time pass: replace crashed replicas, follow the load. Return whether anything changed since."""


class ReplicaLogs(Protocol):
    """Reads what replicas have printed, for people."""

    def logs(self, deployment: Address, revision: Digest) -> Mapping[str, str]:
        """Return the newest lines of a revision's replicas by the name of each, `LOG_LIMIT` bytes at the most.

        A replica that has printed nothing yet is among them, with an empty text. What they hold is foreign.

        Raises:
            FileNotFoundError: there is no such revision.
            Unavailable: they couldn't be read.
        """


@runtime_checkable
class KeepsReplicaLogs(Protocol):
    """An engine whose logs are files of this machine; not every engine has such."""

    def log_files(self, deployment: Address, revision: Digest) -> Mapping[str, Sequence[Path]]:
        """Return the files with all that each replica has printed, the oldest first; some may not be there.

        Raises:
            FileNotFoundError: there is no such revision.
        """


@runtime_checkable
class HandsOutTokens(Protocol):
    """An engine that asks for tokens where a revision's `access.internal` says so; not every engine does."""

    def token(self, deployment: Address) -> str:
        """Return what lets a job into an endpoint for a day at the least; empty where nothing is asked for.

        Raises:
            Unavailable: what tokens are made of can't be read.
        """


class ServingEngine(Serving, ReplicaLogs, Protocol):
    """Both faces of an engine of serving: the one that the loop converges, and the one that people look at."""
