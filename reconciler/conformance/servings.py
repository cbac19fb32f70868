"""What an engine of serving is tried on: state that outlives it, and models of which one can't be loaded."""

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from reconciler.model.ids import Address, Digest
from reconciler.model.kinds.deployments import Replicas
from reconciler.model.observed import Endpoint
from reconciler.ports.serving import RevisionOrder, ServingEngine

PATIENCE = 60.0


class ServingBench(Protocol):
    """An engine on state that outlives it."""

    def open(self) -> ServingEngine:
        """Return a provider on the state, as a daemon that has just started makes it."""

    def pass_time(self) -> None:
        """Let some time pass."""

    def order(
        self, deployment: Address, revision: Digest, replicas: Replicas, *, is_broken: bool = False
    ) -> RevisionOrder:
        """Return an order for a model that can be served, or for one that can't be loaded.

        A replica that serves it prints a line with its trial's name.
        """

    def close(self) -> None:
        """End whatever still runs."""


class Reborn:
    """An engine whose daemon is killed after every call: each call is made on a provider that has just been opened."""

    def __init__(self, open_: Callable[[], ServingEngine]) -> None:
        self._open = open_

    def list(self) -> Mapping[Address, Endpoint]:
        return self._open().list()

    def start(self, order: RevisionOrder) -> None:
        self._open().start(order)

    def route(self, deployment: Address, traffic: Mapping[Digest, int], key: str = "") -> None:
        self._open().route(deployment, traffic, key)

    def stop(self, deployment: Address, revision: Digest) -> None:
        self._open().stop(deployment, revision)

    def delete(self, deployment: Address) -> None:
        self._open().delete(deployment)

    def settle(self) -> bool:
        return self._open().settle()

    def logs(self, deployment: Address, revision: Digest) -> Mapping[str, str]:
        return self._open().logs(deployment, revision)


def wait_for(
    bench: ServingBench, serving: ServingEngine, until: Callable[[Mapping[Address, Endpoint]], object], what: str
) -> Mapping[Address, Endpoint]:
    """Settle and let time pass until a listing is as it should be; return it."""
    deadline = time.monotonic() + PATIENCE
    while not until(listing := serving.list()):
        assert time.monotonic() < deadline, f"still not {what}: {listing}"
        bench.pass_time()
        serving.settle()
    return listing
