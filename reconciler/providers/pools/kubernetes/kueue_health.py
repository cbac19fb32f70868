"""Whether Kueue answers: what it told of a job that waits is worth nothing while its controller is down.

No right of ours shows the controller itself. So a write is rehearsed that its webhook is asked about: nothing changes.
"""

import time
from collections.abc import Callable, Iterable

from reconciler.kubernetes import Kubernetes
from reconciler.model.errors import SetpointError, Unavailable
from reconciler.providers.pools.kubernetes import kinds
from reconciler.providers.pools.kubernetes.queues import Piece

EVERY = 30.0
"""Seconds after which it is felt again: as often as an informer looks by itself."""
SILENCE = f"Kueue doesn't answer, so it lets nothing in: see that {kinds.CONTROLLER} runs"


class Pulse:
    """Kueue's pulse, felt rarely.

    Args:
        kubernetes: the API server.
        now: a clock that only runs forward, in seconds.
    """

    def __init__(self, kubernetes: Kubernetes, now: Callable[[], float] = time.monotonic) -> None:
        self._kubernetes = kubernetes
        self._now = now
        self._due = 0.0
        self._told = ""

    def silence(self, pools: Iterable[Iterable[Piece]]) -> str:
        """Tell that Kueue doesn't answer; empty where it does, and where nobody knows.

        Args:
            pools: the objects of each pool; a flavour among them is what is rehearsed.
        """
        flavor = next((piece for pool in pools for piece in pool if piece.kind == kinds.FLAVORS), None)
        if flavor and self._now() >= self._due:
            self._told = self._feel(flavor)
            self._due = self._now() + EVERY
        return self._told if flavor else ""

    def _feel(self, flavor: Piece) -> str:
        labels = flavor.manifest["metadata"].get("labels", {})
        same = {"metadata": {"name": flavor.name, "labels": labels}, "spec": flavor.manifest.get("spec", {})}
        try:
            self._kubernetes.apply(flavor.kind, same, rehearsed=True)
        except Unavailable:
            return SILENCE  # the API server itself has just answered a listing; a webhook that hangs is its timeout
        except SetpointError:
            return ""
        return ""
