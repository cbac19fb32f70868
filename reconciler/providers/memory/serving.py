"""Endpoints in memory: revisions that become ready after a while, traffic, and the figures that it makes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import reduce

from reconciler.model.errors import Refused
from reconciler.model.ids import Address, Digest, name_of
from reconciler.model.observed import Endpoint, Figures, Revision, RevisionState
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.memory.world import Room, World, verb

START_SECONDS = 10.0
"""How long a revision usually takes to be ready."""

REQUESTS_PER_SECOND = 10


@dataclass(frozen=True, slots=True)
class Start:
    """How a revision starts: the seconds until it is ready, or fails for a reason."""

    seconds: float = START_SECONDS
    failure: str = ""


@dataclass(slots=True)
class Served:
    """An endpoint: its revisions, and when each is due to be ready."""

    revisions: dict[Digest, Revision] = field(default_factory=dict)
    due: dict[Digest, tuple[datetime, str]] = field(default_factory=dict)
    traffic: dict[Digest, int] = field(default_factory=dict)
    since: datetime | None = None
    key: str = ""


class ServingRoom(Room):
    """All endpoints, those of each environment apart, as their processes are."""

    def __init__(self) -> None:
        self.endpoints: dict[tuple[str, Address], Served] = {}
        self.changed = False

    def pass_time(self, world: World) -> None:
        """Make ready, or let fail, what is due."""
        now = world.clock.now()
        for served in self.endpoints.values():
            for digest, (due, failure) in tuple(served.due.items()):
                if due <= now:
                    del served.due[digest]
                    served.revisions[digest] = _started(served.revisions[digest], failure)
                    self.changed = True

    def next_event(self) -> datetime | None:
        """Return when the next revision is due."""
        return min((due for served in self.endpoints.values() for due, _ in served.due.values()), default=None)


def usual_start(_order: RevisionOrder) -> Start:
    """Start as revisions usually do."""
    return Start()


Load = Mapping[Digest, Figures]
"""What was counted of an endpoint, by revision."""


def usual_load(_deployment: Address, traffic: Mapping[Digest, int], seconds: float) -> Load:
    """Return the figures of a steady load that is answered well; without traffic there are none."""
    return {digest: _steady(int(seconds * REQUESTS_PER_SECOND * share / 100)) for digest, share in traffic.items()}


def _steady(requests: int) -> Figures:
    return Figures(requests=requests, buckets={5.0: 0.8 * requests, 15.0: float(requests), float("inf"): requests})


class MemoryServing:
    """Serves on virtual time.

    Args:
        world: where it happens.
        environment: whose endpoints these are.
        start: how a revision starts.
        load: the figures of an endpoint's revisions, by its traffic and the seconds since that last changed.
    """

    def __init__(
        self,
        world: World,
        environment: str = "dev",
        *,
        start: Callable[[RevisionOrder], Start] = usual_start,
        load: Callable[[Address, Mapping[Digest, int], float], Load] = usual_load,
    ) -> None:
        self.world = world
        self._environment = environment
        self._start = start
        self._load = load

    @property
    def _room(self) -> ServingRoom:
        return self.world.room(ServingRoom)

    @verb("serving")
    def list(self) -> Mapping[Address, Endpoint]:
        """List all endpoints with their revisions, traffic and figures."""
        endpoints = self._room.endpoints.items()
        return {name: self._shown(name, served) for (whose, name), served in endpoints if whose == self._environment}

    def _shown(self, deployment: Address, served: Served) -> Endpoint:
        since = served.since
        seconds = (self.world.clock.now() - since).total_seconds() if since else 0.0
        counted = self._load(deployment, dict(served.traffic), seconds)
        return Endpoint(
            deployment=deployment,
            url=f"memory://{deployment}",
            revisions=dict(served.revisions),
            traffic=dict(served.traffic),
            since=since,
            figures=reduce(Figures.plus, counted.values(), Figures()),
            logs_url=f"memory://logs/{name_of(deployment)}",
            metrics_url=f"memory://metrics/{name_of(deployment)}",
            counted=counted,
            key=served.key,
        )

    @verb("serving")
    def start(self, order: RevisionOrder) -> None:
        """Start a revision without traffic; for one that is there, only its bounds of scale change.

        One that has failed is started anew.
        """
        room, now = self._room, self.world.clock.now()
        served = room.endpoints.setdefault((self._environment, order.deployment), Served())
        bounds = order.replicas
        scale = (bounds.minimum, bounds.maximum, bounds.target_rps)
        known = served.revisions.get(order.revision)
        if known is not None and known.state is not RevisionState.FAILED:
            room.changed |= known.scale != scale
            is_ready = known.state is RevisionState.READY
            served.revisions[order.revision] = replace(
                known, scale=scale, wanted=bounds.minimum, ready=bounds.minimum if is_ready else 0
            )
            return
        begun = self._start(order)
        url = f"memory://{order.deployment}/{order.revision}"
        starting = RevisionState.STARTING
        served.revisions[order.revision] = Revision(
            order.revision, order.trial, starting, url, wanted=bounds.minimum, scale=scale, started=now
        )
        served.due[order.revision] = (now + timedelta(seconds=begun.seconds), begun.failure)
        room.changed = True

    @verb("serving")
    def route(self, deployment: Address, traffic: Mapping[Digest, int], key: str = "") -> None:
        """Divide the traffic in percent among revisions that are ready, without failing a request.

        Raises:
            Refused: a revision isn't there or isn't ready, or the shares don't add up to 100.
        """
        room = self._room
        served = room.endpoints.get((self._environment, deployment), Served())
        wanted = {digest: share for digest, share in traffic.items() if share}
        if sum(wanted.values()) != 100 or min(wanted.values(), default=0) < 0:
            raise Refused(f"the traffic of {deployment} adds up to {sum(wanted.values())} percent, not to 100")
        for digest in wanted:
            known = served.revisions.get(digest)
            if known is None or known.state is not RevisionState.READY:
                raise Refused(f"revision {digest} of {deployment} is not there or not ready, so it gets no traffic")
        if (wanted, key) != (served.traffic, served.key):
            served.traffic, served.since, room.changed = wanted, self.world.clock.now(), True
            served.key = key

    @verb("serving")
    def stop(self, deployment: Address, revision: Digest) -> None:
        """Stop a revision without traffic, after it answered what it has begun.

        Raises:
            Refused: it has traffic.
        """
        served = self._room.endpoints.get((self._environment, deployment), Served())
        if served.traffic.get(revision):
            raise Refused(f"revision {revision} of {deployment} has traffic", "route it to another revision first")
        self._room.changed |= served.revisions.pop(revision, None) is not None
        served.due.pop(revision, None)

    @verb("serving")
    def delete(self, deployment: Address) -> None:
        """Take an endpoint away with all its revisions; its payload logs stay."""
        self._room.changed |= self._room.endpoints.pop((self._environment, deployment), None) is not None

    @verb("serving")
    def settle(self) -> bool:
        """Return whether anything changed since the last call; what time changes has happened by itself."""
        room = self._room
        changed, room.changed = room.changed, False
        return changed

    @verb("serving")
    def logs(self, deployment: Address, revision: Digest) -> Mapping[str, str]:
        """Return what the replicas of a revision have printed: a line when they are ready, or why they aren't.

        Raises:
            FileNotFoundError: there is no such revision.
        """
        known = self._room.endpoints.get((self._environment, deployment), Served()).revisions.get(revision)
        if known is None:
            raise FileNotFoundError(f"{deployment} has no revision {revision}")
        said = {RevisionState.READY: f"serves {known.trial}\n", RevisionState.FAILED: f"{known.reason}\n"}
        return {f"{revision}-{slot}": said.get(known.state, "") for slot in range(max(1, known.wanted))}


def _started(revision: Revision, failure: str) -> Revision:
    if failure:
        return replace(revision, state=RevisionState.FAILED, reason=failure)
    return replace(revision, state=RevisionState.READY, ready=revision.wanted)
