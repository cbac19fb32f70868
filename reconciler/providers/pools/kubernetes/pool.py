"""The pool's verbs. Each writes what can be written twice, in an order in which the last step makes it count."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reconciler.kubernetes import Kubernetes, Manifest, find_access
from reconciler.kubernetes.pods import not_settable
from reconciler.model.errors import Raced, Refused
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Pool
from reconciler.model.observed import PoolListing
from reconciler.model.quantity import parse_duration
from reconciler.ports.clock import Clock
from reconciler.ports.pool import JobOrder
from reconciler.providers.pools.kubernetes import kinds, manifests, names, reuse
from reconciler.providers.pools.kubernetes.cleanup import misplaced, queue_for, stale
from reconciler.providers.pools.kubernetes.cluster import Cluster
from reconciler.providers.pools.kubernetes.job_listing import newest, show, unfit
from reconciler.providers.pools.kubernetes.job_state import Held, read_job
from reconciler.providers.pools.kubernetes.manifests import PodSettings
from reconciler.providers.pools.kubernetes.pods import read_pod
from reconciler.providers.pools.kubernetes.pool_state import Phase
from reconciler.providers.pools.kubernetes.queues import Piece, pieces

LOG_LIMIT = 2**20
KEEP = "1d"
TIMEOUT = 10.0
_TIDY_EVERY = 60.0


class KubernetesPool:
    """Runs jobs in a namespace of a cluster, in queues of Kueue that teams share.

    Args:
        clock: the time.
        image: the image of all jobs; it holds the runners and what they need.
        namespace: where jobs run; the namespace of the kubeconfig's context, or the daemon's own, if left out.
        kubeconfig: a kubeconfig's path; the pod's service account, KUBECONFIG or `~/.kube/config` if left out.
        context: a context of the kubeconfig, where it isn't the current one.
        command: what a job runs in the image; the path of its request is appended.
        service_account: whose rights jobs have; none are needed.
        secrets: the name of a Secret whose entry NAME every job reads as `${secret:NAME}`.
        labels: labels for all jobs and their pods.
        gpu: the resource by which nodes offer GPUs.
        gpu_kinds: for each kind of GPU the labels of the nodes that have it.
        pod: more of the pods' spec, such as `volumes` and `tolerations`.
        mounts: more volumeMounts of the job's container.
        keep: how long a job that succeeded is kept, with its pods and their logs, such as `1d`.
        timeout: seconds to wait for the API server.

    Raises:
        Refused: there is no access to a cluster, it can't be understood, or `pod` sets what isn't its own to set.
        ValueError: an option can't be read.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        image: str,
        namespace: str = "",
        kubeconfig: str = "",
        context: str = "",
        command: Sequence[str] = ("python", "-m", "runners"),
        service_account: str = "",
        secrets: str = "",
        labels: Mapping[str, str] | None = None,
        gpu: str = "nvidia.com/gpu",
        gpu_kinds: Mapping[str, Mapping[str, str]] | None = None,
        pod: Mapping[str, Any] | None = None,
        mounts: Sequence[Mapping[str, Any]] = (),
        keep: str = KEEP,
        timeout: float = TIMEOUT,
    ) -> None:
        if wrong := not_settable(pod or {}):
            raise Refused(
                f"the option pod of the pool provider kubernetes can't be used: {wrong}", "correct environment.yaml"
            )
        access = find_access(kubeconfig, context)
        self._kubernetes = Kubernetes(access, timeout=timeout)
        self._settings = PodSettings(
            namespace=namespace or access.namespace,
            image=image,
            command=tuple(command),
            service_account=service_account,
            secrets=secrets,
            labels=labels or {},
            gpu=gpu,
            gpu_kinds=gpu_kinds or {},
            pod=pod or {},
            mounts=tuple(mounts),
        )
        self._keep = parse_duration(keep)
        self._cluster = Cluster(self._kubernetes, self._settings)
        self._phase: Phase | None = None
        self._clock = clock
        self._tidied = 0.0

    def list(self) -> PoolListing:
        """List all jobs of the namespace, and the pools' configuration and use.

        Raises:
            Unavailable: not all of it could be read.
            Refused: we may not, or Kueue isn't installed.
        """
        held = newest(self._cluster.jobs.look())
        phase = self._look()
        seen = self._cluster.seen(held.values(), phase)
        jobs = {run: show(one, seen) for run, one in held.items()}
        return PoolListing(jobs, phase.pools, phase.drifted, phase.use)

    def configure(self, pool: Address, spec: Pool | None) -> None:
        """Give a pool its capacity and shares; None takes it away, which is complete once its jobs have ended.

        Jobs that could never fit are forgotten, so that they are ordered anew.

        Raises:
            Refused: we may not, or the spec asks for what Kueue or the environment has no word for.
            Unavailable: the server couldn't answer; what was done so far is done again next time.
        """
        try:
            phase = self._look()
            if spec is None:
                self._remove(phase.pieces.get(pool, ()))
                return
            self._forget_unfit(pool, phase)
            wanted = pieces(pool, spec, self._settings)
            for piece in wanted:
                self._kubernetes.apply(piece.kind, piece.manifest)
            known = {(piece.kind, piece.name) for piece in wanted}
            self._remove(piece for piece in phase.pieces.get(pool, ()) if (piece.kind, piece.name) not in known)
            self._requeue(pool, spec)
        finally:
            self._cluster.spoil_queues()
            self._phase = None

    def submit(self, order: JobOrder) -> None:
        """Queue a job: a new one, or the next attempt of one that has ended.

        Raises:
            Raced: its former Job is still being deleted, or was only just.
            Refused: we may not, or the order asks for what the environment doesn't know.
            Unavailable: the server couldn't answer; submitting again is harmless.
        """
        attempts = self._attempts(order.run)
        known = newest(attempts).get(order.run)
        pools = (self._phase or self._look()).pools
        if known and not (known.end or unfit(known, pools)):
            return
        if known and order.attempt <= known.order.attempt:
            return
        try:
            self._create(order, queue_for(order.pool, order.team, pools.get(order.pool)))
            for former in attempts:
                self._delete(former)
        finally:
            self._cluster.jobs.spoil()

    def cancel(self, run: RunName) -> None:
        """Stop a job, if it runs, and forget it. Its name is free again once its pods are gone.

        Raises:
            Refused: we may not.
            Unavailable: the server couldn't answer; cancelling again is harmless.
        """
        try:
            for held in self._attempts(run):
                self._delete(held)
        finally:
            self._cluster.jobs.spoil()

    def logs(self, run: RunName) -> str:
        """Return what a job's newest attempt has printed, the last MiB at the most; of several nodes one after another.

        Raises:
            FileNotFoundError: no such job is known.
            Unavailable: it couldn't be read; a node may be gone.
        """
        held = newest(self._attempts(run)).get(run)
        if held is None:
            raise FileNotFoundError(f"no job {run} is known: it was never submitted here, or was cancelled")
        found, _ = self._kubernetes.listing(
            kinds.PODS, self._settings.namespace, labels=f"{kinds.JOB_NAME}={held.name}", read=read_pod
        )
        pods = sorted(found, key=lambda pod: pod.rank)
        if len(pods) == 1:
            return self._log(pods[0].name, LOG_LIMIT)
        return "".join(f"== node {pod.rank} ==\n{self._log(pod.name, LOG_LIMIT // len(pods))}" for pod in pods)

    def settle(self) -> bool:
        """Tidy up once a minute; tell whether anything has changed since the last call. The cluster lives by itself."""
        if time.monotonic() - self._tidied >= _TIDY_EVERY:
            self._tidied = time.monotonic()
            self._tidy()
        return self._cluster.has_news()

    def _tidy(self) -> None:
        found = stale(self._cluster.jobs.seen, self._clock.now(), self._keep)
        for held in found:
            self._delete(held)
        if found:
            self._cluster.jobs.spoil()

    def _look(self) -> Phase:
        self._phase = self._cluster.phase()
        return self._phase

    def _attempts(self, run: RunName) -> Sequence[Held]:
        """Return all attempts of a run that the cluster knows now."""
        labels = f"{kinds.OURS},{kinds.RUN}={names.digest_of(run)}"
        held, _ = self._kubernetes.listing(kinds.JOBS, self._settings.namespace, labels=labels, read=read_job)
        return [one for one in held if one.order.run == run]

    def _create(self, order: JobOrder, queue: str) -> None:
        """Make the Job, after what it refers to; then its Secret is given to it, to go with it."""
        wanted = manifests.job(order, queue, self._settings)
        name = wanted["metadata"]["name"]
        if reuse.rests(self._settings.namespace, name):
            raise Raced(f"the former job {name} has only just been deleted", "it is submitted again soon")
        if order.resources.nodes > 1:
            self._kubernetes.apply(kinds.SERVICES, manifests.rendezvous(self._settings))
        if order.secrets:
            self._kubernetes.apply(kinds.SECRETS, manifests.secret(order, self._settings))
        made = self._made(wanted)
        if order.secrets:
            self._kubernetes.apply(kinds.SECRETS, manifests.secret(order, self._settings, made))

    def _made(self, wanted: Manifest) -> Manifest:
        try:
            return self._kubernetes.create(kinds.JOBS, wanted)
        except Raced:
            name = wanted["metadata"]["name"]
            there = self._kubernetes.get(kinds.JOBS, name, self._settings.namespace)
            if there is None or "deletionTimestamp" in there["metadata"]:
                raise Raced(f"the job {name} is still being deleted", "it is submitted again soon") from None
            return there

    def _delete(self, held: Held) -> None:
        """Delete a Job; it stays, hidden, until its pods have ended."""
        if not held.leaving:
            namespace = self._settings.namespace
            reuse.deleted(namespace, held.name)  # before the call, whose answer may be lost
            self._kubernetes.delete(kinds.JOBS, held.name, namespace, uid=held.uid, propagation="Foreground")
            if held.has_secret:
                self._kubernetes.delete(kinds.SECRETS, names.secret_name(held.name), namespace)

    def _log(self, pod: str, limit: int) -> str:
        return self._kubernetes.logs(pod, self._settings.namespace, container=kinds.CONTAINER, limit=limit) or ""

    def _forget_unfit(self, pool: Address, phase: Phase) -> None:
        for held in self._cluster.jobs.look():
            if held.order.pool == pool and unfit(held, phase.pools):
                self._delete(held)
        self._cluster.jobs.spoil()

    def _requeue(self, pool: Address, spec: Pool) -> None:
        """Move jobs that wait to the queues that are theirs now."""
        for held, queue in misplaced(self._cluster.jobs.look(), pool, spec):
            namespace = self._settings.namespace
            metadata = {"name": held.name, "namespace": namespace, "uid": held.uid, "labels": {kinds.QUEUE: queue}}
            self._kubernetes.apply(kinds.JOBS, {"metadata": metadata})
        self._cluster.jobs.spoil()

    def _remove(self, left: Iterable[Piece]) -> None:
        """Take objects of Kueue away, the last made first; it keeps those that are in use until they no longer are."""
        for piece in reversed(list(left)):
            namespace = self._settings.namespace if piece.kind.namespaced else ""
            self._kubernetes.delete(piece.kind, piece.name, namespace)
