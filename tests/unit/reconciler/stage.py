"""A stage for the core: builders of small frozen values for what is desired, observed and decided."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from reconciler.controllers import CONTROLLERS
from reconciler.model.change import Change, StartRun
from reconciler.model.code_owners import OwnersFile
from reconciler.model.decision import DataVersion, Decision, Leaderboard, Live, Phase, Scores, Trial, View
from reconciler.model.environment import Environment
from reconciler.model.errors import Problem
from reconciler.model.ids import Address, CommitId, Digest, RunName, kind_of
from reconciler.model.kinds import KINDS
from reconciler.model.label_projects import Projects
from reconciler.model.observed import (
    Actual,
    Branch,
    Control,
    Controls,
    DataListing,
    Endpoint,
    Figures,
    Job,
    JobState,
    PoolListing,
    Proposal,
    ProposalState,
    Revision,
    RevisionState,
    Version,
)
from reconciler.model.resource import Desired, Resource, in_order
from reconciler.model.reviews import Team
from reconciler.plan.decide import view_of
from reconciler.ports.engines import Engines
from reconciler.providers.memory import MemoryData, MemoryForge, MemoryPool, MemoryServing, MemorySource, World

ChangeType = TypeVar("ChangeType", bound=Change)

NOW = datetime(2026, 1, 7, 12, 0, 30, tzinfo=UTC)
"""A Wednesday, half a minute after noon."""
COMMIT = CommitId("c0ffee" * 6 + "c0ff")
LOANS, MARKS = Address("datasets/loans"), Address("labels/marks")
SCORE, GO, API, WATCH = (
    Address("experiments/score"),
    Address("promotions/go"),
    Address("deployments/api"),
    Address("monitors/watch"),
)
SHARED = Address("pools/shared")
MODEL = "sha256:" + "ab" * 32

_SPECS: Mapping[str, Mapping[str, Any]] = {
    "datasets": {"source": {"sql": {"url": "sqlite:///loans.db", "query": "SELECT * FROM loans"}}},
    "labels": {"dataset": LOANS, "exports": {"url": "file:///exports", "question": "mark"}},
    "experiments": {"dataset": LOANS, "target": "paid", "runner": "tabular", "metric": {"name": "roc_auc"}},
    "promotions": {"experiment": SCORE, "deployment": API},
    "deployments": {},
    "monitors": {"deployment": API},
    "pools": {},
}


def ago(**span: float) -> datetime:
    """Return a moment before now."""
    return NOW - timedelta(**span)


def resource(
    address: Address, *, trials: Iterable[Mapping[str, Any]] = (), code: str | None = None, **spec: Any
) -> Resource:
    """Build a resource of any kind; what its spec doesn't say is as short as it may be."""
    kind = kind_of(address)
    found = tuple(trials) or (({},) if kind == "experiments" else ())
    return Resource(
        address, KINDS[kind].model_validate({**_SPECS[kind], **spec}), f"specs/{address}.yaml", trials=found, code=code
    )


def desired(
    *resources: Resource,
    broken: Mapping[Address, tuple[Problem, ...]] | None = None,
    problems: tuple[Problem, ...] = (),
    commit: CommitId = COMMIT,
    model_signers: bytes | None = None,
    code_owners: OwnersFile | None = None,
    **environment: Any,
) -> Desired:
    """Build what a commit asks for in the environment `dev`."""
    ordered, cyclic = in_order(resources)
    assert not cyclic
    chosen = Environment.model_validate(environment)
    owners = code_owners or OwnersFile()
    return Desired(commit, "dev", chosen, ordered, broken or {}, problems, model_signers, code_owners=owners)


def problem(message: str = "it is wrong", file: str = "specs/datasets/loans.yaml") -> Problem:
    """Build a problem of a spec."""
    return Problem(file, 3, 1, "source", message)


def version(run: str, *, here: bool = True) -> Version:
    """Build an accepted run."""
    return Version(RunName(run), CommitId(f"v-{run}"), here)


def branch(run: str, *, sealed: bool = False, ours: bool = True) -> Branch:
    """Build a run's branch."""
    return Branch(RunName(run), CommitId(f"b-{run}-{sealed}"), sealed, ours)


def job(run: str, state: JobState | str = JobState.RUNNING, **facts: Any) -> Job:
    """Build a job in the shared pool."""
    return Job(RunName(run), facts.pop("pool", SHARED), facts.pop("team", "default"), JobState(state), **facts)


def failed(run: str, exit_code: int = 1, *, attempt: int = 1, ended: datetime = NOW, reason: str = "") -> Job:
    """Build a job that failed."""
    return job(run, JobState.FAILED, exit_code=exit_code, attempt=attempt, ended=ended, reason=reason)


def result(*, accepted: bool = True, **parts: Any) -> dict[str, Any]:
    """Build a `result.json`."""
    return {"format": 1, "accepted": accepted, "violations": [], "metrics": {}, "facts": {}, "files": {}, **parts}


def trained(metrics: Mapping[str, float], model: str = MODEL, **facts: Any) -> dict[str, Any]:
    """Build the result of a trial, with the same metrics on the validation rows as on the test rows."""
    told = {"model": {"digest": model}, "validation": {"metrics": dict(metrics)}, **facts}
    return result(metrics=dict(metrics), facts=told)


def reported(end: datetime, *, about: str = "", alerts: Iterable[str] = (), **facts: Any) -> dict[str, Any]:
    """Build the result of a monitor's report on a window up to a moment, about a trial."""
    told = [{"what": what, "value": 4.0, "threshold": 3.0} for what in alerts]
    window = {"start": None, "end": end.isoformat()}
    files = {"report.md": "sha256:1", "drift.png": "sha256:2", "scores.parquet": "sha256:3"}
    return result(
        facts={"window": window, "alerts": told, "rows": 1000, **facts},
        files=files,
        provenance={"input_reference": about},
    )


def proposal(name: str, state: str = "open") -> Proposal:
    """Build a proposal as the forge shows it."""
    return Proposal(name, f"setpoint/proposals/dev/{name}", CommitId("p" * 40), ProposalState(state))


def actual(
    *things: Version | Branch | Job | Proposal | Endpoint,
    now: datetime = NOW,
    results: Mapping[Any, Mapping[str, Any]] | None = None,
    errors: Mapping[Any, Mapping[str, Any]] | None = None,
    facts: Mapping[Address, Mapping[str, Any]] | None = None,
    controls: Controls | None = None,
    unread: Mapping[str, str] | None = None,
    pools: Mapping[Address, Any] | None = None,
    teams: Mapping[str, Team] | None = None,
    projects: Projects | None = None,
) -> Actual:
    """Build what was observed; `facts` are those that the last status recorded."""
    return Actual(
        now=now,
        data=DataListing(
            CommitId("head"),
            {thing.run: thing for thing in things if isinstance(thing, Branch)},
            {thing.run: thing for thing in things if isinstance(thing, Version)},
        ),
        pool=PoolListing({thing.run: thing for thing in things if isinstance(thing, Job)}, pools or {}),
        endpoints={thing.deployment: thing for thing in things if isinstance(thing, Endpoint)},
        proposals={thing.name: thing for thing in things if isinstance(thing, Proposal)},
        results={RunName(run): document for run, document in (results or {}).items()},
        errors={RunName(run): document for run, document in (errors or {}).items()},
        recorded={address: {"facts": dict(told)} for address, told in (facts or {}).items()},
        controls=controls or Controls(),
        unread=unread or {},
        teams=teams or {},
        projects=projects or {},
    )


def requested(address: Address, moment: datetime) -> Controls:
    """Build the controls by which an operator asks for a resource anew."""
    return Controls({address: Control(requested=moment)})


def view(wanted: Desired, seen: Actual, upstream: Iterable[Decision] = ()) -> View:
    """Build what a controller sees."""
    return view_of(wanted, seen, {decision.address: decision for decision in upstream})


def decide(
    thing: Resource,
    seen: Actual,
    *others: Resource,
    upstream: Iterable[Decision] = (),
    environment: str = "dev",
    code_owners: OwnersFile | None = None,
) -> Decision:
    """Let a resource's controller decide, beside other resources and below some decisions."""
    wanted = replace(desired(thing, *others, code_owners=code_owners), environment_name=environment)
    return CONTROLLERS[thing.kind].decide(thing, view(wanted, seen, upstream))


def upstream(address: Address, output: DataVersion | Leaderboard | Live | None, phase: Phase = Phase.READY) -> Decision:
    """Build the decision of a resource upstream."""
    return Decision(address=address, phase=phase, reason="Staged", message="it is staged", output=output)


def data(run: str = "datasets/loans/0123456789ab", content: str = "rows-1") -> DataVersion:
    """Build a dataset's output."""
    return DataVersion(RunName(run), content)


def trial(name: str, /, slices: Mapping[str, Any] | None = None, *, model: str = MODEL, **metrics: float) -> Trial:
    """Build a trial of `experiments/score`, named by one digit, with the same scores on both sets of rows."""
    scores = Scores(metrics, slices or {})
    return Trial(trial_name(name), {"model": name}, scores, scores, model)


def trial_name(digit: str) -> RunName:
    """Return the name of a trial of `experiments/score`."""
    return RunName(f"{SCORE}/{digit * 12}")


def board(*trials: Trial) -> Decision:
    """Build the decision of an experiment with a leaderboard."""
    return upstream(SCORE, Leaderboard(trials, data(), "roc_auc"))


def live(digit: str, since: datetime | None = None) -> Live:
    """Build a deployment's output, the trial of that digit serving."""
    return Live(trial_name(digit), Digest("r" * 12), "http://api", "file:///logs", "http://metrics", since)


def revision(digest: str, state: str = "ready", *, started: datetime | None = None, **facts: Any) -> Revision:
    """Build a revision of an endpoint."""
    told = {"url": f"http://{digest}", "trial": trial_name("1"), **facts}
    return Revision(Digest(digest), told.pop("trial"), RevisionState(state), started=started, **told)


def endpoint(
    *revisions: Revision,
    traffic: Mapping[str, int] | None = None,
    since: datetime | None = None,
    figures: Figures | None = None,
) -> Endpoint:
    """Build the endpoint of `deployments/api`, each of whose revisions with traffic has these figures."""
    figures = figures or Figures(requests=1000)
    return Endpoint(
        API,
        "http://api",
        {item.digest: item for item in revisions},
        {Digest(name): share for name, share in (traffic or {}).items()},
        since,
        figures,
        "file:///logs",
        "http://metrics",
        counted={Digest(name): figures for name, share in (traffic or {}).items() if share},
    )


def engines(world: World) -> Engines:
    """Put the shipped fakes of all ports on a world, for the environment `dev`."""
    store = MemoryData(world)
    forge = MemoryForge(world, MemorySource(world), "dev")
    return Engines(store, store, MemoryPool(world), MemoryServing(world), forge, world.clock)


def of(decision: Decision, kind: type[ChangeType]) -> list[ChangeType]:
    """Return a decision's changes of one kind."""
    return [change for change in decision.changes if isinstance(change, kind)]


def started(decision: Decision) -> StartRun:
    """Return the only run that a decision starts."""
    (found,) = of(decision, StartRun)
    return found
