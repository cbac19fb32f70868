"""What is to be reached, and where: deployments, the sockets and folders of Caddy, the addresses that it listens on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.model.ids import Digest
from reconciler.providers.serving.local.access import Guard
from reconciler.providers.serving.local.inner_gate import Inner
from reconciler.providers.serving.local.tls import Tls


@dataclass(frozen=True, slots=True)
class Site:
    """A deployment as it is to be reached: the sockets of each revision's replicas, and the traffic in percent.

    `guard` says who is let in from other machines, and `inner` who is by the internal address; None is everybody. `key`
    is the header whose values divide the traffic (`buckets`); empty where chance does for each request.
    """

    name: str
    pools: Mapping[Digest, Sequence[Path]]
    traffic: Mapping[Digest, int]
    is_public: bool = False
    guard: Guard | None = None
    key: str = ""
    inner: Inner | None = None

    @property
    def shares(self) -> list[tuple[Digest, int]]:
        """Return the revisions that have traffic, with their percents."""
        return [(name, share) for name, share in sorted(self.traffic.items()) if share and name in self.pools]

    @property
    def is_keyed(self) -> bool:
        """Tell whether a header decides which revision answers."""
        return bool(self.key) and len(self.shares) > 1


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are: the sockets that Caddy listens on, the folders of its files, the authorizer's socket.

    `buckets` is a folder of further names of one socket.
    """

    admin: Path
    internal: Path
    public: Path
    log: Path
    storage: Path
    metrics: Path
    authorizer: Path
    buckets: Path


@dataclass(frozen=True, slots=True)
class Listener:
    """Where public endpoints listen, and how they speak TLS there, under which names."""

    address: str
    tls: Tls | None = None
    names: tuple[str, ...] = ("localhost",)
