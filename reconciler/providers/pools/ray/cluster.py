"""The cluster as the pool sees it: every attempt of every run of ours, and when it is worth another look."""

import time
from collections.abc import Callable, Sequence

from reconciler.model.errors import Unavailable
from reconciler.model.fairness.amounts import Amounts
from reconciler.ports.pool import JobOrder
from reconciler.providers.pools.ray.jobs_api import PENDING, ClusterJob, JobsApi
from reconciler.providers.pools.ray.options import Options
from reconciler.providers.pools.ray.records import Record, sighting
from reconciler.providers.pools.ray.submission import submission, submission_id

IDLE = 10.0
"""Seconds between two looks while no job of ours goes on."""
SLOWNESS = 5.0
"""How many times a look's duration lies between two, so that a slow cluster holds up nobody else."""
_FIRST_RETRY, _LONGEST_RETRY = 2.0, 60.0
_NODES_EVERY = 30.0
_STOP_EVERY = 5.0


class Cluster:
    """Our jobs on the cluster. What this object changes there, it has seen; what others change, it sees at a look.

    Args:
        api: the cluster's Jobs API.
        options: whose jobs are ours, and how often they are looked at.
        now: the time in seconds since 1970.
    """

    def __init__(self, api: JobsApi, options: Options, now: Callable[[], float]) -> None:
        self._api = api
        self._options = options
        self._now = now
        self._seen: list[Record] = []
        self._looked: float | None = None
        self._took = 0.0
        self._due = 0.0
        self._failures = 0
        self._nodes: tuple[float, Sequence[Amounts]] | None = None
        self._stopped: dict[str, float] = {}
        self.version = 0
        """Rises whenever what was seen has changed."""

    @property
    def is_due(self) -> bool:
        """Tell whether it is time for another look."""
        return self._now() >= self._due

    @property
    def is_failing(self) -> bool:
        """Tell whether the last look failed."""
        return self._failures > 0

    @property
    def seen(self) -> Sequence[Record]:
        """Return what was seen at the last look, and changed since."""
        return self._seen

    def look(self, at_most: float = 0.0) -> Sequence[Record]:
        """See all our jobs; one that is less than so many seconds old is good enough.

        Raises:
            Unavailable: the cluster gives no whole list.
        """
        if self._looked is not None and 0 <= self._now() - self._looked < at_most:
            return self._seen
        began = time.monotonic()
        try:
            found = [record for job in self._api.list() if (record := sighting(job, self._options.owner))]
        except Unavailable:
            self._failures += 1
            self._due = self._now() + min(_FIRST_RETRY * 2 ** min(self._failures - 1, 9), _LONGEST_RETRY)
            raise
        if self.is_failing:
            self._failures, self._due = 0, 0.0
        self.version += found != self._seen
        self._seen, self._looked, self._took = found, self._now(), time.monotonic() - began
        return found

    def rest(self, soon: bool = False) -> None:
        """Be due for another look after a while: soon where a job goes on, later where the cluster is slow."""
        is_busy = soon or any(record.end is None for record in self._seen)
        pause = self._options.poll.total_seconds() if is_busy else IDLE
        self._due = self._now() + max(pause, SLOWNESS * self._took)

    def look_again(self) -> None:
        """Be due for another look at once."""
        self._due = 0.0

    def submit(self, order: JobOrder, submitted: float, sealed: str = "") -> None:
        """Hand an order to the cluster, unless it has it already.

        Raises:
            Refused: the order or the options are wrong.
            Unavailable: the cluster can't take it now.
        """
        asked = submission(order, submitted, self._options, sealed)
        self._api.submit(asked)
        job = ClusterJob(
            type="SUBMISSION",
            submission_id=asked["submission_id"],
            status=PENDING,
            start_time=round(self._now() * 1000),
            metadata=asked["metadata"],
        )
        self._seen = [*self._seen, *filter(None, [sighting(job, self._options.owner)])]
        self.version += 1

    def stop(self, record: Record) -> None:
        """Ask a job to end, and not again for a while.

        Raises:
            Unavailable: the cluster doesn't answer.
        """
        name = self._name(record)
        if self._now() >= self._stopped.get(name, 0.0):
            self._api.stop(name)
            self._stopped[name] = self._now() + _STOP_EVERY

    def delete(self, record: Record) -> None:
        """Let the cluster forget a job that has ended.

        Raises:
            Unavailable: the cluster doesn't answer.
        """
        name = self._name(record)
        self._api.delete(name)
        self._stopped.pop(name, None)
        self._seen = [other for other in self._seen if self._name(other) != name]
        self.version += 1

    def logs(self, record: Record) -> str:
        """Return all that the cluster has of what a job printed; nothing of one that it has forgotten.

        Raises:
            Unavailable: the cluster doesn't answer.
        """
        return self._api.logs(self._name(record))

    def nodes(self) -> Sequence[Amounts]:
        """Return what each node has in all, as of half a minute ago at the most.

        Raises:
            Unavailable: the cluster doesn't answer.
        """
        if self._nodes is None or not 0 <= self._now() - self._nodes[0] < _NODES_EVERY:
            self._nodes = (self._now(), self._api.nodes())
        return self._nodes[1]

    @property
    def known_nodes(self) -> Sequence[Amounts]:
        """Return what was last known of the nodes; nothing while nobody asked."""
        return self._nodes[1] if self._nodes else ()

    def _name(self, record: Record) -> str:
        return submission_id(self._options.owner, record.run, record.order.attempt)
