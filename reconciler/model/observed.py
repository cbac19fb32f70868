"""What was observed of the world in one pass, as plain values: data, pools, endpoints, proposals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from reconciler.model.commit_policy import SignedCommit
from reconciler.model.ids import Address, CommitId, Digest, RunName
from reconciler.model.kinds.deployments import Model
from reconciler.model.kinds.pools import Pool
from reconciler.model.label_projects import Projects
from reconciler.model.reviews import CommitStatus, Review, Team, Verdict

UNKEPT = "unkept"
"""In the result that stands for one whose output the data store can't keep: there is nothing to seal."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A run's open data branch. It is `sealed` once the output is committed; unmerged, it stays for inspection.

    `ours` tells whether this environment opened it: environments share runs, and each tidies up after itself only.
    """

    run: RunName
    commit: CommitId
    sealed: bool = False
    ours: bool = True


@dataclass(frozen=True, slots=True)
class Version:
    """An accepted run's output, kept under a tag. `here` is false when only another environment accepted it."""

    run: RunName
    commit: CommitId
    here: bool = True


@dataclass(frozen=True, slots=True)
class DataListing:
    """All branches and versions of the data store, from one listing."""

    head: CommitId
    branches: Mapping[RunName, Branch] = field(default_factory=dict)
    versions: Mapping[RunName, Version] = field(default_factory=dict)


class JobState(StrEnum):
    """Where a job is in its life. It moves only downwards in this list, and starts anew with a new attempt."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Job:
    """A job in a pool. `reason` says why it waits or why it failed, and is stable from look to look.

    `inputs` are the runs whose output it reads. One that is `lost` has failed as far as the pool knows: how it ended,
    nobody can tell. `needs` is what all its nodes together ask for, by `cpus`, `memory` and `gpus`, and `timeout` the
    seconds that it may take.
    """

    run: RunName
    pool: Address
    team: str
    state: JobState
    attempt: int = 1
    reason: str = ""
    exit_code: int | None = None
    submitted: datetime | None = None
    started: datetime | None = None
    ended: datetime | None = None
    inputs: tuple[RunName, ...] = ()
    lost: bool = False
    needs: Mapping[str, float] = field(default_factory=dict)
    timeout: float | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """What a team has of a pool now, and what of that it has borrowed, by `cpus`, `memory` and `gpus`."""

    used: Mapping[str, float] = field(default_factory=dict)
    borrowed: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PoolListing:
    """All jobs by run, and the pools as they are configured now.

    `drifted` tells of pools that somebody changed by hand what is different. `use` is what each team has, where the
    pool's engine counts it; teams that the spec doesn't name are one, of an empty name.
    """

    jobs: Mapping[RunName, Job] = field(default_factory=dict)
    pools: Mapping[Address, Pool] = field(default_factory=dict)
    drifted: Mapping[Address, str] = field(default_factory=dict)
    use: Mapping[Address, Mapping[str, Use]] = field(default_factory=dict)


class RevisionState(StrEnum):
    """Where a revision of an endpoint is in its life."""

    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision of an endpoint: one model under one serving configuration.

    `url` reaches this revision alone, whatever traffic it has (`http://host:port`, below which
    `/v1/models/<name>` and `/v2/models/<name>` answer). `scale` is (minimum, maximum, requests a second a replica).
    `changed` says what somebody changed of it, so that it is no longer what was ordered.
    """

    digest: Digest
    trial: RunName
    state: RevisionState
    url: str = ""
    ready: int = 0
    wanted: int = 0
    reason: str = ""
    scale: tuple[int, int, float] = (1, 1, 200.0)
    started: datetime | None = None
    changed: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Service figures since the traffic last changed, of requests that were answered or failed.

    What a client did wrong (an answer with a status of 400 to 499) is not among them. `buckets` is a cumulative
    histogram: how many requests took up to so many milliseconds. `unread` says why the figures aren't known now: a
    rollout waits for them.
    """

    requests: int = 0
    errors: int = 0
    buckets: Mapping[float, float] = field(default_factory=dict)
    unread: str = ""

    @property
    def error_rate(self) -> float:
        """Return the share of answers with a status of 500 and more."""
        return self.errors / self.requests if self.requests else 0.0

    @property
    def p50_ms(self) -> float | None:
        """Return the median time in milliseconds."""
        return self.quantile(0.5)

    @property
    def p95_ms(self) -> float | None:
        """Return the milliseconds that 95 of 100 requests took at most."""
        return self.quantile(0.95)

    @property
    def p99_ms(self) -> float | None:
        """Return the milliseconds that 99 of 100 requests took at most."""
        return self.quantile(0.99)

    def quantile(self, share: float) -> float | None:
        """Return a quantile in milliseconds, linear within its bucket, as Prometheus's `histogram_quantile` does.

        What lies in the last, open bucket is told as that bucket's lower bound.
        """
        ordered = sorted(self.buckets.items())
        total = ordered[-1][1] if ordered else 0.0
        if total <= 0:
            return None
        lower, below = 0.0, 0.0
        for bound, count in ordered:
            if count >= share * total and count > below:
                inside = (share * total - below) / (count - below)
                return lower if bound == float("inf") else lower + (bound - lower) * inside
            lower, below = bound, count
        return lower

    def slower_than(self, milliseconds: float) -> int:
        """Return how many requests took longer, none of the bucket that the bound lies in but those above it."""
        ordered = sorted(self.buckets.items())
        total = ordered[-1][1] if ordered else 0.0
        lower, below = 0.0, 0.0
        for bound, count in ordered:
            if bound >= milliseconds:
                inside = 1.0 if bound == float("inf") else (milliseconds - lower) / (bound - lower)
                return round(total - below - (count - below) * inside)
            lower, below = bound, count
        return 0

    def plus(self, other: Self) -> Self:
        """Return what was counted in both."""
        bounds = {**self.buckets, **other.buckets}
        buckets = {bound: self.buckets.get(bound, 0.0) + other.buckets.get(bound, 0.0) for bound in bounds}
        unread = self.unread or other.unread
        return type(self)(self.requests + other.requests, self.errors + other.errors, buckets, unread)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A deployment as it serves now. `traffic` maps revisions to percent; `since` is when that last changed.

    `blocked` says why requests don't get where `traffic` says, or not yet. `figures` are those of the whole endpoint,
    `counted` the same by the revision that answered. Where nobody counts requests there are none. `unread` says why
    nothing of it can be told now but that it is there, and what to do: others of its engine were read.
    """

    deployment: Address
    url: str
    revisions: Mapping[Digest, Revision] = field(default_factory=dict)
    traffic: Mapping[Digest, int] = field(default_factory=dict)
    since: datetime | None = None
    figures: Figures | None = Figures()
    logs_url: str = ""
    metrics_url: str = ""
    blocked: str = ""
    counted: Mapping[Digest, Figures] = field(default_factory=dict)
    unread: str = ""
    key: str = ""


class ProposalState(StrEnum):
    """Where a proposal is: open for review, or gone one way or the other."""

    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change to the repository that waits for a merge. `name` is `<kind>/<name>/<digest>`, like a run's.

    `reviews` are what people other than its author say of it, where the forge has that, and `statuses` the newest
    commit statuses of its head; None where the forge has none. It is `by_hand` where its head isn't the commit that was
    proposed, and `conflicts` where that can't be merged any more.

    On plain Git people approve by commits: `approving` are those on top of the one that was `proposed`, the oldest
    first. What of them counts becomes `reviews`, and `remarks` say why the others don't.
    """

    name: str
    branch: str
    commit: CommitId
    state: ProposalState = ProposalState.OPEN
    url: str = ""
    reviews: tuple[Review, ...] = ()
    statuses: tuple[CommitStatus, ...] | None = None
    by_hand: bool = False
    conflicts: bool = False
    proposed: SignedCommit | None = field(default=None, repr=False)
    approving: tuple[SignedCommit, ...] = field(default=(), repr=False)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What a webhook said of a proposal, and when it was asked. Pending is one that hasn't answered yet, too."""

    verdict: Verdict
    reason: str
    asked: datetime


@dataclass(frozen=True, slots=True)
class Control:
    """What an operator asked of one resource, as committed on the status branch."""

    suspended: bool = False
    requested: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Controls:
    """All that operators asked for: by resource, and the digests of deletions that they approved."""

    resources: Mapping[Address, Control] = field(default_factory=dict)
    approved: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Actual:
    """Everything that one pass observed. A port in `unread` couldn't be read: its listing means nothing.

    `results` holds the `result.json` of finished runs and `errors` the `error.json` of failed ones; `recorded` the
    statuses of the last status commit, which are also the inventory. `elsewhere` are statuses of data, deployments
    and monitors that other environments recorded, those that routes come from. `verdicts` says of pinned models, where
    statements about them have to be signed, what is wrong with theirs; nothing of those that an allowed signer vouches
    for. `answers` are what webhooks said, by what they were asked. `teams` are those whose members were asked for, as
    they have to approve an open proposal. `projects` are those of the labelling tool, by the labels that ask for them.
    """

    now: datetime
    data: DataListing = DataListing(CommitId(""))
    pool: PoolListing = PoolListing()
    endpoints: Mapping[Address, Endpoint] = field(default_factory=dict)
    proposals: Mapping[str, Proposal] = field(default_factory=dict)
    results: Mapping[RunName, Mapping[str, Any]] = field(default_factory=dict)
    errors: Mapping[RunName, Mapping[str, Any]] = field(default_factory=dict)
    recorded: Mapping[Address, Mapping[str, Any]] = field(default_factory=dict)
    controls: Controls = Controls()
    unread: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, Mapping[Address, Mapping[str, Any]]] = field(default_factory=dict)
    verdicts: Mapping[Model, str] = field(default_factory=dict)
    answers: Mapping[str, WebhookAnswer] = field(default_factory=dict)
    teams: Mapping[str, Team] = field(default_factory=dict)
    projects: Projects = field(default_factory=dict)
