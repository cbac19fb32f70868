"""What the folder says of one endpoint, as values: its traffic, its revisions, their replicas.

    endpoints/<name>.json      an endpoint
    leaving/<name>~<n>.json    one that was deleted, until the last of its processes has ended

Times are seconds since 1970.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from reconciler.model.ids import Address, Digest, RunName, name_of
from reconciler.model.kinds.access import Access
from reconciler.model.kinds.deployments import Payloads, Replicas
from reconciler.model.kinds.inference_graph import Node
from reconciler.model.kinds.spec import Resources
from reconciler.ports.serving import Member, RevisionOrder


@dataclass(frozen=True, slots=True)
class Replica:
    """One slot of a revision, in which one process runs after another.

    `begun` is when its process was started, None while it has none; `ready` is when that process was first seen ready.
    `proven` tells that some process of it has been ready, so that it is in rotation. `crashes` counts processes that
    ended by themselves, in a row; the next one is started when `due`. `leaving` is when it was told to go, `asked`
    when its process was sent SIGTERM.
    """

    slot: int
    begun: float | None = None
    ready: float | None = None
    proven: bool = False
    crashes: int = 0
    due: float = 0.0
    leaving: float | None = None
    asked: float | None = None

    @property
    def is_ready(self) -> bool:
        """Tell whether its process answers."""
        return self.ready is not None and self.leaving is None


@dataclass(frozen=True, slots=True)
class RevisionRecord:
    """A revision: what was ordered, how many replicas are wanted now, and what became of it.

    `proven` tells that it has been ready once. `failure` is why its newest process ended by itself; it is `final` when
    no other is started.
    """

    order: RevisionOrder
    started: float
    wanted: int
    proven: bool = False
    failure: str = ""
    final: bool = False
    stopping: bool = False
    replicas: tuple[Replica, ...] = ()
    next_slot: int = 0

    @property
    def digest(self) -> Digest:
        """Return the revision's name."""
        return self.order.revision

    @property
    def staying(self) -> tuple[Replica, ...]:
        """Return the replicas that weren't told to go."""
        return tuple(replica for replica in self.replicas if replica.leaving is None)

    @property
    def ready(self) -> int:
        """Count the replicas that answer."""
        return sum(replica.is_ready for replica in self.replicas)


@dataclass(frozen=True, slots=True)
class EndpointRecord:
    """An endpoint: its revisions, how traffic is divided among them, by the values of which header, and since when."""

    deployment: Address
    created: float
    revisions: Mapping[Digest, RevisionRecord] = field(default_factory=dict)
    traffic: Mapping[Digest, int] = field(default_factory=dict)
    since: float | None = None
    key: str = ""

    @property
    def name(self) -> str:
        """Return the deployment's bare name."""
        return name_of(self.deployment)

    @property
    def leading(self) -> RevisionOrder | None:
        """Return the order of the revision with the most traffic, or of the first while there is none."""
        first = next(iter(self.revisions), None)
        chosen = max(self.traffic, key=lambda name: self.traffic[name], default=None) or first
        return self.revisions[chosen].order if chosen is not None and chosen in self.revisions else None

    @property
    def is_public(self) -> bool:
        """Tell whether that revision is meant for other machines too."""
        return self.leading is not None and self.leading.visibility == "public"

    def with_revision(self, revision: RevisionRecord) -> Self:
        """Return the endpoint with a revision put in, or put in anew."""
        return replace(self, revisions={**self.revisions, revision.digest: revision})

    def as_json(self) -> dict[str, Any]:
        """Return the endpoint as JSON-compatible values."""
        return {
            "deployment": self.deployment,
            "created": self.created,
            "traffic": dict(self.traffic),
            "since": self.since,
            **({"key": self.key} if self.key else {}),
            "revisions": [_revision_as_json(revision) for revision in self.revisions.values()],
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote.

        Raises:
            AttributeError, KeyError, TypeError, ValueError: it isn't an endpoint.
        """
        deployment = Address(told["deployment"])
        revisions = [_revision_from_json(deployment, item) for item in told["revisions"]]
        return cls(
            deployment=deployment,
            created=_moment(told["created"]),
            revisions={revision.digest: revision for revision in revisions},
            traffic={Digest(name): _count(share) for name, share in told["traffic"].items()},
            since=_moment_if_any(told["since"]),
            key=str(told.get("key", "")),
        )


def order_as_json(order: RevisionOrder) -> dict[str, Any]:
    """Return an order as JSON-compatible values."""
    return {
        "deployment": order.deployment,
        "revision": order.revision,
        "trial": order.trial,
        "model_url": order.model_url,
        "model_digest": order.model_digest,
        "replicas": order.replicas.model_dump(mode="json", exclude={"hours"}),  # an order has bounds of one moment
        "resources": order.resources.model_dump(mode="json"),
        "visibility": order.visibility,
        "access": order.access.as_name() if order.access else None,
        "log_payloads": order.log_payloads,
        "payloads": order.payloads.model_dump(mode="json"),
        "members": [asdict(member) for member in order.members],
        "graph": [node.model_dump(mode="json", exclude_unset=True) for node in order.graph],
    }


def order_from_json(told: Mapping[str, Any]) -> RevisionOrder:
    """Read what `order_as_json` wrote."""
    return RevisionOrder(
        deployment=Address(told["deployment"]),
        revision=Digest(told["revision"]),
        trial=RunName(told["trial"]),
        model_url=str(told["model_url"]),
        model_digest=str(told["model_digest"]),
        replicas=Replicas.model_validate(told["replicas"]),
        resources=Resources.model_validate(told["resources"]),
        visibility=str(told["visibility"]),
        access=Access.model_validate(told["access"]) if told.get("access") else None,
        log_payloads=bool(told["log_payloads"]),
        payloads=Payloads.model_validate(told.get("payloads") or {}),
        members=tuple(_member(item) for item in told.get("members") or ()),
        graph=tuple(Node.model_validate(item) for item in told.get("graph") or ()),
    )


def _member(told: Mapping[str, Any]) -> Member:
    return Member(str(told["name"]), RunName(told["trial"]), str(told["model_url"]), str(told["model_digest"]))


def _revision_as_json(revision: RevisionRecord) -> dict[str, Any]:
    return {
        "order": order_as_json(revision.order),
        "started": revision.started,
        "wanted": revision.wanted,
        "proven": revision.proven,
        "failure": revision.failure,
        "final": revision.final,
        "stopping": revision.stopping,
        "replicas": [asdict(replica) for replica in revision.replicas],
        "next_slot": revision.next_slot,
    }


def _revision_from_json(deployment: Address, told: Mapping[str, Any]) -> RevisionRecord:
    order = order_from_json(told["order"])
    if order.deployment != deployment or not _REVISION_NAME.fullmatch(order.revision):
        raise ValueError(f"{order.deployment}/{order.revision} is no revision of {deployment}")
    rest = {key: _REVISION[key](value) for key, value in told.items() if key not in ("order", "replicas")}
    replicas = tuple(Replica(**{key: _REPLICA[key](value) for key, value in item.items()}) for item in told["replicas"])
    return RevisionRecord(order=order, replicas=replicas, **rest)


def _moment(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _FAR:
        raise ValueError("a time is none")
    return float(value)


def _moment_if_any(value: Any) -> float | None:
    return None if value is None else _moment(value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise ValueError("a count is none")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("a flag is none")
    return value


_FAR = 6e10
"""Seconds from 1970 to a year that no clock shows."""
_REVISION_NAME = re.compile(r"[0-9A-Za-z]{1,64}")
_REPLICA: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("begun", "ready", "leaving", "asked"), _moment_if_any),
    **dict.fromkeys(("slot", "crashes"), _count),
    "due": _moment,
    "proven": _flag,
}
_REVISION: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("wanted", "next_slot"), _count),
    **dict.fromkeys(("proven", "final", "stopping"), _flag),
    "started": _moment,
    "failure": str,
}
"""How the plain fields of a replica and of a revision are read: what is odd is refused here, and surprises nobody."""
