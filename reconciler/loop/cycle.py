"""One pass: compose, observe, decide, apply, record."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from reconciler.containment import Failure, contained
from reconciler.loop.announcing import Announcing
from reconciler.loop.apply import Applier
from reconciler.loop.approving import Approving
from reconciler.loop.observe import NOWHERE, Results, observe
from reconciler.loop.teams import teams_of
from reconciler.loop.telling import Telling
from reconciler.loop.vouching import Vouching
from reconciler.model.decision import Controller
from reconciler.model.ids import Address, CommitId, RunName
from reconciler.model.kinds.deployments import Model
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.observed import Actual, WebhookAnswer
from reconciler.model.plan import Outcome, Plan
from reconciler.model.resource import Desired
from reconciler.plan import decide
from reconciler.plan.backoff import NONE, Attempts, after, hold
from reconciler.plan.guard import without_merges, without_unsigned_merges
from reconciler.ports.engines import Engines
from reconciler.provenance.statement import model_of
from reconciler.status.formats import demand_none
from reconciler.status.read import Recorded, RecordedFiles, StatusFiles
from reconciler.status.write import beats_at, edits

Statuses = Mapping[str, Mapping[Address, Mapping[str, Any]]]
"""By environment, what was recorded of its resources."""


class StatusStore(Protocol):
    """The status branch: read whole, written by one compare-and-swap."""

    def read(self) -> StatusFiles:
        """Read the newest status commit."""

    def write(self, edits: Mapping[str, bytes | None], message: str) -> CommitId | None:
        """Commit the edits on top of the newest status commit; None when they change nothing."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass saw, planned and did."""

    desired: Desired
    actual: Actual
    plan: Plan
    outcomes: tuple[Outcome, ...] = ()
    status_commit: CommitId | None = None
    retry_at: datetime | None = None
    tell_at: datetime | None = None

    @property
    def wake(self) -> datetime | None:
        """Return when time alone would change the plan, a failed change is due again, or something is to be told."""
        return min((moment for moment in (self.plan.wake, self.retry_at, self.tell_at) if moment), default=None)

    @property
    def did_something(self) -> bool:
        """Tell whether the pass changed the world, so that another look is worth its while."""
        return any(not outcome.error for outcome in self.outcomes)


class Cycle:
    """Runs passes over one environment.

    Args:
        compose: from a commit to the desired graph.
        engines: the ports of the environment.
        status: the status branch.
        controllers: the controller of every kind.
        applier: makes the changes.
        tell: told of defects that were contained.
        elsewhere: what other environments recorded, of those and of the kinds that are named.
        answers: what webhooks have said, by what they were asked.
        results: what finished runs have left, and how many threads read it.
        host: which daemon this is, as the status branch's page names it.
        beat: after how long without a change the status branch says all the same that a daemon lives.
        telling: tells a catalogue of runs.
        announcing: tells people what needs them.
    """

    def __init__(
        self,
        compose: Callable[[CommitId], Desired],
        engines: Engines,
        status: StatusStore,
        *,
        controllers: Mapping[str, Controller],
        applier: Applier,
        tell: Callable[[Address, Failure], None],
        elsewhere: Callable[[Collection[str], Collection[str]], Statuses] = lambda _environments, _kinds: NOWHERE,
        answers: Callable[[], Mapping[str, WebhookAnswer]] = dict,
        results: Results | None = None,
        host: str = "",
        beat: timedelta | None = None,
        telling: Telling | None = None,
        announcing: Announcing | None = None,
    ) -> None:
        self._compose = compose
        self._engines = engines
        self._status = status
        self._controllers = contained(controllers, tell)
        self._applier = applier
        self._elsewhere = elsewhere
        self._answers = answers
        self._results = results or Results()
        self._host = host
        self._beat = beat
        self._telling = telling
        self._announcing = announcing
        self._vouching = Vouching(engines.reader, engines.clock.now)
        self._approving = Approving(engines.clock.now)
        self._recorded = RecordedFiles()
        self._attempts: Attempts = NONE

    def run(self, commit: CommitId, notes: tuple[str, ...] = (), unsigned: str = "") -> Pass:
        """Bring the world one step nearer to what a commit asks for.

        Args:
            commit: the commit.
            notes: why it isn't the newest one, if it isn't; they go to the status, and nothing is merged to that.
            unsigned: why this daemon can't sign what it merges, if it would have to.
        """
        desired = self._compose(commit)
        status = self._status.read()
        recorded = self._recorded_in(status)
        actual = self._observe(desired, recorded)
        plan = self._planned(desired, actual, recorded, notes, unsigned)
        outcomes = self._applier.apply(plan)
        self._attempts = after(self._attempts, plan, outcomes, self._engines.clock.now())
        done = Pass(desired, actual, plan, outcomes, retry_at=self._due(outcomes))
        written = self._record(done, recorded, status)
        return replace(done, status_commit=written, tell_at=self._tell_at(done, recorded, written))

    def preview(self, commit: CommitId, notes: tuple[str, ...] = (), unsigned: str = "") -> Pass:
        """Tell what a pass would do, and change nothing. The arguments are those of `run`."""
        desired = self._compose(commit)
        recorded = self._recorded_in(self._status.read())
        actual = self._observe(desired, recorded)
        plan = self._planned(desired, actual, recorded, notes, unsigned)
        return Pass(desired, actual, plan)

    def _recorded_in(self, status: StatusFiles) -> Recorded:
        """Read what a status commit records.

        Raises:
            NewerStatus: a newer version of Setpoint recorded it.
        """
        recorded = self._recorded.read(status)
        demand_none(recorded.newer)
        return recorded

    def _observe(self, desired: Desired, recorded: Recorded) -> Actual:
        specs = desired.of_kind(Promotion).values()
        before = {name for spec in specs for name in spec.before(desired.environment_name)}
        kinds = {kind for spec in specs for kind in spec.tells_of}
        elsewhere = self._elsewhere(before, kinds) if before else NOWHERE
        actual = observe(self._engines, recorded.statuses, recorded.controls, self._results, elsewhere)
        proposals = self._approving.heard(actual.proposals, desired.approvers)
        teams = teams_of(desired, proposals, self._engines.forge)
        actual = replace(actual, proposals=proposals, teams=teams, answers=self._answers())
        if desired.model_signers is None:
            return actual
        return replace(actual, verdicts=self._vouching.verdicts(desired, candidates(actual)))

    def _planned(
        self, desired: Desired, actual: Actual, recorded: Recorded, notes: tuple[str, ...], unsigned: str
    ) -> Plan:
        plan = hold(decide(desired, actual, self._controllers), self._attempts, actual.now)
        if notes:
            plan = without_merges(plan)
        elif unsigned:
            plan = without_unsigned_merges(plan, unsigned)
        return replace(plan, notes=(*notes, *recorded.flaws.values(), *plan.notes))

    def _due(self, outcomes: tuple[Outcome, ...]) -> datetime | None:
        failed = {outcome.change.address for outcome in outcomes if outcome.error}
        return min((self._attempts[address].due for address in failed), default=None)

    def _record(self, done: Pass, recorded: Recorded, status: StatusFiles) -> CommitId | None:
        """Commit what is new, unless the lease is lost: then another daemon has the last word."""
        if not self._applier.may_write():
            return None
        now = self._engines.clock.now()
        changed = edits(
            done.desired,
            done.plan,
            done.outcomes,
            recorded=recorded,
            read=self._engines.reader.read,
            now=now,
            dump=self._recorded.dump,
            host=self._host,
            beat=self._beat,
        )
        if self._telling:
            changed |= self._telling.edits(status, done.desired, done.actual, done.plan.commit, bool(changed))
        if self._announcing:
            changed |= self._announcing.edits(status, done.desired, done.actual, done.plan, bool(changed))
        written = self._status.write(changed, message(done, changed)) if changed else None
        if self._telling:
            self._telling.recorded(done.desired, done.actual, self._engines.reader)
        if self._announcing:
            self._announcing.recorded(done.desired, self._engines.forge)
        return written

    def _tell_at(self, done: Pass, recorded: Recorded, written: CommitId | None) -> datetime | None:
        """Return when time alone has something to tell people: by a notice, or that a daemon lives."""
        to, now = done.desired.environment.notifications, done.actual.now
        notice = self._announcing.wake(to, now) if self._announcing else None
        beat = None
        if self._beat:
            beat = now + self._beat if written else beats_at(recorded.last_pass, self._beat)
        return min(filter(None, (notice, beat)), default=None)


def candidates(actual: Actual) -> frozenset[Model]:
    """Return the models that promotions are about to pin, as the last status tells."""
    told = ((status.get("facts") or {}).get("candidate") for status in actual.recorded.values())
    found = (_model_of(RunName(run), actual) for run in told if isinstance(run, str))
    return frozenset(model for model in found if model)


def _model_of(run: RunName, actual: Actual) -> Model | None:
    """Return the model that a run has left; None where what is told of it makes none."""
    try:
        return Model(trial=run, digest=model_of(actual.results.get(run, {})))
    except ValueError:
        return None


def message(done: Pass, changed: Mapping[str, bytes | None]) -> str:
    """Write a status commit's message: what became ready or stalled, then the commit that it tells of."""
    told = sorted(path.removeprefix("status/").removesuffix(".yaml") for path in changed if path.startswith("status/"))
    head = f"{done.plan.environment}: {', '.join(told[:3])}" + (f" and {len(told) - 3} more" if len(told) > 3 else "")
    lines = [f"{d.address}: {d.phase.value}, {d.message}" for d in done.plan.decisions.values() if d.address in told]
    return "\n".join(
        [head if told else f"{done.plan.environment}: pass", "", *lines[:20], "", f"Commit: {done.plan.commit}"]
    )
