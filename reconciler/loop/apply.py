"""Applying a plan: the only writes to the world. Changes of one resource go in order, resources side by side."""

from collections.abc import Callable, Mapping
from typing import Any

from reconciler.containment import Failure, contain
from reconciler.loop import labelling
from reconciler.loop.job_orders import Export, job_order, result_of
from reconciler.loop.threads import Threads
from reconciler.model import change as c
from reconciler.model import label_changes as lc
from reconciler.model.decision import Decision
from reconciler.model.errors import Refused, Transient
from reconciler.model.ids import CommitId, RunName
from reconciler.model.observed import JobState
from reconciler.model.plan import Outcome, Plan
from reconciler.ports.engines import Engines
from reconciler.ports.forge import Agreed, ProposalOrder
from reconciler.ports.serving import HandsOutTokens, Member, RevisionOrder

Attest = Callable[[c.Origin, CommitId], Mapping[str, bytes]]
"""Makes the files that lie beside a model and say how it came about, in the pass of a commit."""
THREADS = 64
"""Resources whose changes are made at once: engines may be far away."""


class Applier:
    """Applies changes to the engines of one environment.

    Args:
        engines: the ports.
        export: how the user's own code reaches a job.
        may_write: told before every change; False stops all further writes (the lease is lost).
        attest: makes the files that lie beside a model and say how it came about.
        ask: asks a webhook, without waiting for its answer.
        threads: how many resources' changes are made at once.
    """

    def __init__(
        self,
        engines: Engines,
        export: Export,
        may_write: Callable[[], bool],
        *,
        attest: Attest = lambda _origin, _commit: {},
        ask: Callable[[c.AskWebhook], None] | None = None,
        threads: int = THREADS,
    ) -> None:
        self._engines = engines
        self._export = export
        self.may_write = may_write
        self._attest = attest
        self._ask = ask
        self._threads = Threads(threads, "apply")

    def apply(self, plan: Plan) -> tuple[Outcome, ...]:
        """Apply a plan; return what became of each change that was tried, in the plan's order."""
        busy = [decision for decision in plan.decisions.values() if decision.changes]
        lists = self._threads.map(lambda decision: self._apply_all(decision, plan.commit), busy)
        return tuple(outcome for outcomes in lists for outcome in outcomes)

    def _apply_all(self, decision: Decision, commit: CommitId) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for change in decision.changes:
            result = contain(lambda change=change: self._apply(change, commit))  # type: ignore[misc]
            if isinstance(result, Failure):
                return [*outcomes, Outcome(change, result.message, result.hint, result.retry)]
            outcomes.append(Outcome(change))
        return outcomes

    def _apply(self, change: c.Change, commit: CommitId) -> None:
        if not self.may_write():
            raise Transient("the lease is lost", "another daemon has taken over; this one waits")
        verb = _VERBS.get(type(change))
        if verb is None:
            raise Refused(f"nothing is known that applies {type(change).__name__}")
        verb(self, change, commit)

    def _start_run(self, change: c.StartRun, commit: CommitId) -> None:
        engines = self._engines
        if result_of(engines.reader, change.run) is not None and not self._is_left_over(change):
            return  # it ended after the listing was made, or another environment made it: the next pass finds it
        engines.pool.submit(job_order(engines, self._export, change, commit, engines.data.open))

    def _is_left_over(self, change: c.StartRun) -> bool:
        """Tell whether a result is that of an attempt which failed, by a look at the pool as it is now."""
        if change.attempt == 1:
            return False
        job = self._engines.pool.list().jobs.get(change.run)
        has_failed = job is not None and job.state in (JobState.FAILED, JobState.CANCELLED) and not job.lost
        return has_failed and job is not None and job.attempt < change.attempt

    def _accept(self, change: c.AcceptRun, commit: CommitId) -> None:
        data = self._engines.data
        if change.metadata:
            statement = self._attest(change.origin, commit) if change.origin else {}
            data.commit(change.run, {**change.metadata, "commit": commit}, statement)
        data.merge(change.run)

    def _start_revision(self, change: c.StartRevision) -> None:
        if change.access and change.access.asks_inside and not isinstance(self._engines.serving, HandsOutTokens):
            raise Refused("its spec says access.internal: token, and this environment's engine of serving has none")
        trial, data = RunName(change.model.trial), self._engines.data
        read = {name: RunName(model.trial) for name, model in change.members.items()}
        urls = {name: self._engines.reader.url(run) for name, run in read.items()}
        secrets = [data.access(run, lasting=True) for run in read.values() or [trial]]
        order = RevisionOrder(
            deployment=change.deployment,
            revision=change.revision,
            trial=trial,
            model_url=next(iter(urls.values()), "") or self._engines.reader.url(trial),
            model_digest=change.model.digest,
            replicas=change.replicas,
            resources=change.resources,
            visibility=change.visibility,
            access=change.access,
            log_payloads=change.log_payloads,
            payloads=change.payloads,
            secrets={name: value for told in secrets for name, value in told.items()},
            members=tuple(
                Member(name, run, urls[name], change.members[name].digest) for name, run in sorted(read.items())
            ),
            graph=change.graph,
        )
        self._engines.serving.start(order)

    def _propose(self, change: c.OpenProposal, commit: CommitId) -> None:
        order = ProposalOrder(
            change.name, commit, change.file, change.edits, change.title, change.body, change.pictures
        )
        self._engines.forge.propose(order)

    def _ask_webhook(self, change: c.AskWebhook) -> None:
        if self._ask is None:
            raise Refused("no webhook is asked from here")
        self._ask(change)

    def _judge(self, change: c.JudgeProposal) -> None:
        if self._engines.reviews is not None:
            for status in change.statuses:
                self._engines.reviews.judge(change.head, status)


def _agreed(change: c.MergeProposal, commit: CommitId) -> Agreed:
    """Return what a merge was agreed on; who may approve, where people have to, stands in the pass's commit."""
    base = commit if change.reviews is not None else None
    return Agreed(change.head, change.file, change.edits, change.reviews, change.teams, base)


_VERBS: Mapping[type[c.Change], Callable[[Applier, Any, CommitId], object]] = {
    c.ConfigurePool: lambda self, change, _: self._engines.pool.configure(change.address, change.spec),
    c.StartRun: lambda self, change, commit: self._start_run(change, commit),
    c.AcceptRun: lambda self, change, commit: self._accept(change, commit),
    c.RejectRun: lambda self, change, commit: self._engines.data.commit(
        change.run, {**change.metadata, "commit": commit}
    ),
    c.DropRun: lambda self, change, _: self._engines.data.drop(change.run, accepted=change.accepted),
    c.CancelJob: lambda self, change, _: self._engines.pool.cancel(change.run),
    c.StartRevision: lambda self, change, _: self._start_revision(change),
    c.Route: lambda self, change, _: self._engines.serving.route(
        change.deployment,
        change.traffic,
        *filter(None, (change.key,)),  # an engine of before there were keys takes none
    ),
    c.StopRevision: lambda self, change, _: self._engines.serving.stop(change.deployment, change.revision),
    c.DeleteEndpoint: lambda self, change, _: self._engines.serving.delete(change.deployment),
    c.OpenProposal: lambda self, change, commit: self._propose(change, commit),
    c.MergeProposal: lambda self, change, commit: self._engines.forge.merge(change.name, _agreed(change, commit)),
    c.JudgeProposal: lambda self, change, _: self._judge(change),
    c.AskWebhook: lambda self, change, _: self._ask_webhook(change),
    c.CloseProposal: lambda self, change, _: self._engines.forge.close(change.name, change.why),
    lc.ConfigureProject: lambda self, change, _: labelling.configure(self._engines, change),
    lc.AddTasks: lambda self, change, _: labelling.add(self._engines, change),
    lc.RemoveTasks: lambda self, change, _: labelling.remove(self._engines, change),
    lc.PullAnswers: lambda self, change, commit: labelling.pull(self._engines, change, commit),
}
"""How each kind of change is made: the one table of all writes."""
