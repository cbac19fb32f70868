"""The cluster as one environment sees it: informers of what is ours in it, each asked only when it is needed."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

from reconciler.kubernetes import Informer, Kind, Kubernetes, Manifest
from reconciler.providers.pools.kubernetes import kinds
from reconciler.providers.pools.kubernetes.job_listing import Seen
from reconciler.providers.pools.kubernetes.job_state import Held, read_job
from reconciler.providers.pools.kubernetes.kueue_health import Pulse
from reconciler.providers.pools.kubernetes.manifests import PodSettings
from reconciler.providers.pools.kubernetes.pods import Exit, PodSeen, exit_of, read_pod
from reconciler.providers.pools.kubernetes.pool_state import Phase, phase, read_piece
from reconciler.providers.pools.kubernetes.queues import Piece
from reconciler.providers.pools.kubernetes.workloads import read_workload

Item = TypeVar("Item")
KUEUE = (kinds.FLAVORS, kinds.PRIORITIES, kinds.COHORTS, kinds.CLUSTER_QUEUES, kinds.LOCAL_QUEUES)


class Cluster:
    """What is ours in a namespace, and in the cluster for its sake.

    Args:
        kubernetes: the API server.
        settings: the namespace, and how nodes with GPUs are told.
    """

    def __init__(self, kubernetes: Kubernetes, settings: PodSettings) -> None:
        self._kubernetes = kubernetes
        self._settings = settings
        self._exits: dict[str, Exit] = {}
        self._pulse = Pulse(kubernetes)
        self.jobs = self._informer(kinds.JOBS, read_job)
        self._pods = self._informer(kinds.PODS, read_pod)
        self._workloads = self._informer(kinds.WORKLOADS, read_workload, labels="")
        self._queues: list[Informer[Piece]] = [self._informer(kind, partial(read_piece, kind)) for kind in KUEUE]
        self._informers: tuple[Informer[Any], ...] = (self.jobs, self._pods, self._workloads, *self._queues)

    def _informer(
        self, kind: Kind, read: Callable[[Manifest], Item | None], labels: str = kinds.OURS
    ) -> Informer[Item]:
        if not kind.namespaced:
            labels = f"{labels},{kinds.NAMESPACE}={self._settings.namespace}"
        namespace = self._settings.namespace if kind.namespaced else ""
        return Informer(self._kubernetes, kind, read, namespace=namespace, labels=labels)

    def phase(self) -> Phase:
        """Return how the pools stand.

        Raises:
            Unavailable, Refused: Kueue's objects can't be read.
        """
        return phase([piece for informer in self._queues for piece in informer.look()], self._settings)

    def seen(self, held: Iterable[Held], phase: Phase) -> Seen:
        """Return what must be known beside these jobs to show them; what nothing hangs on isn't asked.

        Raises:
            Unavailable, Refused: it can't be read.
        """
        held = list(held)
        failed = [one for one in held if one.end and not one.end.succeeded]
        unknown = [one for one in failed if one.uid not in self._exits]
        pending = [one for one in held if one.is_waiting and not one.suspended]
        queued = [one for one in held if one.is_waiting and one.suspended]
        pods = self._pods.look() if unknown or pending else ()
        self._exits = {one.uid: self._exit(one, pods) for one in failed}
        workloads = self._workloads.look() if queued else ()
        return Seen(
            phase.pools,
            exits=self._exits,
            queued={one.job: one.reason for one in workloads},
            pending={pod.job: pod.waits for pod in pods if pod.waits},
            silence=self._pulse.silence(phase.pieces.values()) if queued else "",
        )

    def _exit(self, held: Held, pods: Iterable[PodSeen]) -> Exit:
        return self._exits.get(held.uid) or exit_of(held, [pod for pod in pods if pod.job == held.name])

    def spoil_queues(self) -> None:
        """Forget how the pools stand, since that was changed."""
        for informer in self._queues:
            informer.spoil()

    def has_news(self) -> bool:
        """Tell, once for each change, whether a look would be worth it; it never waits and never calls."""
        return sum(informer.has_news() for informer in self._informers) > 0
