"""Which lease an environment has: a claim in Git alone, or one under an election in Kubernetes."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Union

from reconciler.git.repository import Repository
from reconciler.lease.lease import Lease
from reconciler.model.errors import Refused
from reconciler.ports.clock import Clock
from runners.contract.mistakes import shown

if TYPE_CHECKING:
    from reconciler.lease.elected import ElectedLease

AnyLease = Union[Lease, "ElectedLease"]
GIT = "git"
_KUBERNETES = "kubernetes"
NEAR, FAR = timedelta(seconds=15), timedelta(seconds=60)
"""How long a claim holds: short where renewing costs nothing, longer where a forge counts the requests."""
LOOK = timedelta(seconds=10)
"""How often whoever waits for a lease looks at it, at the least: what it hasn't seen renewed it waits for anew."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A lease, and how often it is renewed."""

    lease: AnyLease
    every: timedelta


def check_lease(kind: str) -> str:
    """Return what decides a lease, as it is: `git`, `kubernetes` or `kubernetes:NAMESPACE`.

    Raises:
        Refused: it is none of these.
    """
    name, _, namespace = kind.partition(":")
    if kind == GIT or (name == _KUBERNETES and (namespace or ":" not in kind)):
        return kind
    raise Refused(f"{shown(kind)} decides no lease", "say git, kubernetes or kubernetes:NAMESPACE")


def open_lease(
    kind: str, repository: Repository, environment: str, holder: str, *, clock: Clock, span: timedelta
) -> Opened:
    """Open the lease of an environment.

    Args:
        kind: what decides it, see `check_lease`.
        repository: the repository.
        environment: the environment's name.
        holder: who this daemon is: no other one may ever be called the same.
        clock: tells the time that claims show to people.
        span: how long a claim in Git holds without being renewed.

    Raises:
        Refused: there is no access to the API server, or what it takes to ask one isn't installed.
    """
    fence, every = Lease(repository, environment, holder, clock, span=span), span / 3
    if check_lease(kind) == GIT:
        return Opened(fence, every)
    try:
        from reconciler.kubernetes import Kubernetes, find_access
        from reconciler.lease.elected import ElectedLease
        from reconciler.lease.election import EVERY, SPAN, Election
    except ImportError as error:
        what = f"--lease {kind} needs a package that is not installed: {error.name}"
        raise Refused(what, "pip install 'setpoint[kubernetes]'") from error
    access = find_access()
    kubernetes = Kubernetes(access, timeout=SPAN.total_seconds() / 3)
    namespace = kind.partition(":")[2] or access.namespace
    election = Election(kubernetes, namespace, lease_name(environment, repository.place), holder, clock)
    return Opened(ElectedLease(election, fence, every), EVERY)


def lease_name(environment: str, place: str) -> str:
    """Return the name of the Lease of an environment of the repository at a place."""
    return f"setpoint-{environment}-{hashlib.sha256(place.encode()).hexdigest()[:10]}"
