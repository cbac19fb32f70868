"""What the tests of local serving order, and a clock that they set."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.model.ids import Address, Digest, RunName
from reconciler.model.kinds.deployments import Replicas
from reconciler.model.kinds.spec import Resources
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.serving.local.records import EndpointRecord, Replica, RevisionRecord

DEPLOYMENT = Address("deployments/employment")
OLD, NEW = Digest("aaaaaaaaaaaa"), Digest("bbbbbbbbbbbb")
COMMAND = (sys.executable, "-I", "-S", str(Path(__file__).with_name("replica.py")))
"""A replica that starts at once."""


class SetClock:
    """A clock that stands where it is set."""

    def __init__(self, seconds: float = 1_000_000.0) -> None:
        self.seconds = seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)


class WallClock:
    """The system's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def order(revision: Digest = OLD, *, behaves: str = "", deployment: Address = DEPLOYMENT, **told: Any) -> RevisionOrder:
    """Order a revision; `behaves` is what `replica.py` understands; the bounds may be told by their names."""
    bounds = {name: told.pop(name) for name in ("minimum", "maximum", "target_rps") if name in told}
    bounds.setdefault("maximum", max(1, bounds.get("minimum", 1)))
    return RevisionOrder(
        deployment=deployment,
        revision=revision,
        trial=RunName(f"experiments/employment/{revision}"),
        model_url=f"fake://?{behaves}",
        model_digest="sha256:" + "0" * 64,
        replicas=Replicas(**bounds),
        resources=Resources(),
        **told,
    )


def revision(*replicas: Replica, wanted: int = 1, name: Digest = OLD, **told: Any) -> RevisionRecord:
    """Make a revision's record; what isn't its own is told to its order."""
    own = {key: told.pop(key) for key in ("proven", "failure", "final", "stopping", "next_slot") if key in told}
    own.setdefault("next_slot", len(replicas))
    return RevisionRecord(order(name, **told), started=0.0, wanted=wanted, replicas=replicas, **own)


def endpoint(*revisions: RevisionRecord, **told: Any) -> EndpointRecord:
    """Make an endpoint's record."""
    return EndpointRecord(DEPLOYMENT, 1.0, {item.digest: item for item in revisions}, **told)
