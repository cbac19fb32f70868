"""The leases that the suite runs on: a claim in Git, near and far, and one under an election of Kubernetes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reconciler.git.repository import Repository, open_repository
from reconciler.kubernetes import Access, Kubernetes
from reconciler.lease.elected import ElectedLease
from reconciler.lease.election import EVERY, SPAN, Election
from reconciler.lease.lease import Lease
from reconciler.lease.opening import FAR, LOOK, NEAR, AnyLease


@dataclass
class Clocks:
    """The wall's clock, which shows any time, and the machines', all set by hand."""

    moment: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    up: float = 1000.0

    def now(self) -> datetime:
        return self.moment

    def ticks(self) -> float:
        return self.up

    def passes(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        self.up += seconds


@dataclass
class LeaseBench:
    """Leases of one environment, each as another machine's daemon sees it.

    `every` and `look` are how often it is renewed and looked at, `promised` how long a takeover may take.
    """

    origin: Path
    state: Path
    is_far: bool
    kubernetes: Callable[[], Kubernetes] | None = None
    namespace: str = "default"
    clocks: Clocks = field(default_factory=Clocks)
    made: list[Repository] = field(default_factory=list)
    clients: list[Kubernetes] = field(default_factory=list)

    @property
    def span(self) -> timedelta:
        return SPAN if self.kubernetes else FAR if self.is_far else NEAR

    @property
    def every(self) -> timedelta:
        return EVERY if self.kubernetes else self.span / 3

    @property
    def look(self) -> timedelta:
        return min(self.every, LOOK)

    @property
    def promised(self) -> timedelta:
        return timedelta(seconds=15 if self.kubernetes else 90)

    def repository(self) -> Repository:
        """Open the repository as another process would."""
        place = self.origin.as_uri() if self.is_far else self.origin
        self.made.append(open_repository(place, self.state / str(len(self.made))))
        return self.made[-1]

    def fence(self, holder: str) -> Lease:
        """Return the lease in Git alone."""
        span = FAR if self.is_far else NEAR
        fence = Lease(self.repository(), "dev", holder, self.clocks, span=span, ticks=self.clocks.ticks)
        fence._boot = holder
        return fence

    def election(self, holder: str) -> Election:
        """Return the election alone."""
        assert self.kubernetes
        self.clients.append(self.kubernetes())
        names = self.clients[-1], self.namespace, "setpoint-dev", holder
        return Election(*names, self.clocks, ticks=self.clocks.ticks)

    def make(self, holder: str) -> AnyLease:
        """Return the lease as a daemon on a machine of its own sees it."""
        fence = self.fence(holder)
        return (
            ElectedLease(self.election(holder), fence, FAR / 3, ticks=self.clocks.ticks) if self.kubernetes else fence
        )

    def cut(self) -> None:
        """Have nobody reach the repository, nor the API server, any more."""
        self.origin.rename(self.origin.with_name("gone.git"))
        self.kubernetes = self.kubernetes and (lambda: Kubernetes(Access("http://127.0.0.1:9"), timeout=1))

    def close(self) -> None:
        for repository in self.made:
            repository.close()
        for client in self.clients:
            client.close()
