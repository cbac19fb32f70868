"""One environment of a repository: which commit is to be applied, on which engines, by which cycle."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reconciler.containment import Failure, Success, contain
from reconciler.loop.approving import as_listed
from reconciler.loop.cycle import Cycle, Pass, StatusStore
from reconciler.loop.verification import TakesAny, Verifier
from reconciler.model.environment import Environment, unplanned
from reconciler.model.errors import BadSpec, Refused, Transient, Unavailable
from reconciler.model.ids import CommitId
from reconciler.model.observed import Proposal
from reconciler.model.resource import Desired
from reconciler.model.reviews import Allowance
from reconciler.ports.engines import Engines
from reconciler.ports.reviews import Metered, Reviews
from reconciler.ports.source import SourceRepository
from reconciler.status.read import RecordedFiles, commit_of


@dataclass(frozen=True, slots=True)
class Choice:
    """The commit that a pass is pinned to, and a note when it isn't the newest."""

    commit: CommitId | None
    note: str = ""


def choose(source: SourceRepository, head: CommitId | None, last: CommitId | None, approved: bool) -> Choice:
    """Choose between the newest commit and the one that was applied last.

    A commit that doesn't descend from the last applied one comes from a rewritten history. It is refused until a
    person approves it; meanwhile the last applied commit stays in force.
    """
    if head is None:
        return Choice(last, "the watched branch is gone or empty; the last applied commit stays in force")
    if last is None or head == last or approved or source.descends(head, last):
        return Choice(head)
    note = (
        f"commit {head[:12]} doesn't descend from {last[:12]}, which was applied last: the history was rewritten. "
        f"Restore it, or accept it with `setpoint apply --approve {head}`"
    )
    return Choice(last, note)


class Converging:
    """Drives one environment: chooses the commit, keeps the engines that its environment file names.

    Args:
        source: the watched branch.
        status: the status branch.
        compose: from a commit to the desired graph.
        build: from the environment's file to its engines.
        make_cycle: from engines to the cycle that runs on them.
        verifier: decides whether a commit may be applied, by who signed it.
        elsewhere: tells whether an environment that a route comes by has moved since the last pass.
    """

    def __init__(
        self,
        source: SourceRepository,
        status: StatusStore,
        compose: Callable[[CommitId], Desired],
        *,
        build: Callable[[Environment], Engines],
        make_cycle: Callable[[Engines], Cycle],
        verifier: Verifier | None = None,
        elsewhere: Callable[[], bool] = lambda: False,
    ) -> None:
        self._source = source
        self._status = status
        self._compose = compose
        self._build = build
        self._make_cycle = make_cycle
        self._verifier = verifier or TakesAny()
        self._elsewhere = elsewhere
        self._now: tuple[Environment, Engines, Cycle] | None = None
        self._refused: tuple[Environment, Refused] | None = None
        self._note = ""
        self._recorded = RecordedFiles()
        self._proposals: Mapping[str, Proposal] = {}
        self._told = False
        self._seen: tuple[CommitId | None, Mapping[str, str]] = (None, {})
        self._applied: CommitId | None = None

    def head(self) -> CommitId | None:
        """Return the commit that is to be applied now; None while there is none.

        Raises:
            BadSpec: the environment's file is broken, and no commit with a sound one was applied before.
            Refused: nobody who may signed the commit, and none that was signed was applied before.
            Unavailable: the repository, or the commit that is to stay in force, can't be read.
            NewerStatus: a newer version of Setpoint ran this environment.
        """
        head, status = self._source.head(), self._status.read()
        self._seen = (head, _controls(status.files))
        last = commit_of(self._recorded.last_pass(status))
        if last is None and self._applied is not None:
            self._demand_same(head, self._applied)
        approved = head is not None and self._recorded.is_approved(status, head)
        choice = self._verified(choose(self._source, head, last, approved), last)
        choice = self._sound(choice, last)
        self._note = choice.note
        return choice.commit

    def _demand_same(self, head: CommitId | None, applied: CommitId) -> None:
        """See that a repository without status is the one that this daemon has applied a commit of.

        Raises:
            Unavailable: it isn't. All that is there would be taken for what nobody asks for any more.
        """
        if head is None or not self._source.descends(head, applied):
            what = f"the repository has neither a status of this environment nor commit {applied[:12]}, applied last"
            raise Unavailable(what, "see whether it is another one; if it is meant to be, start the daemon again")

    def _verified(self, choice: Choice, former: CommitId | None) -> Choice:
        """Stay with the last applied commit while the newest one isn't signed as it has to be."""
        if choice.commit is None:
            return choice
        try:
            self._verifier.demand(choice.commit, former)
        except Refused as error:
            refused = Refused(f"commit {choice.commit[:12]} is not applied: {error.message}", error.hint)
            if former is None or former == choice.commit:
                raise refused from error
            self._verifier.demand(former, former)
            return Choice(former, str(refused))
        return choice

    def _sound(self, choice: Choice, former: CommitId | None) -> Choice:
        """Stay with the last applied commit while the newest one's environment file is broken, or names no engines."""
        if choice.commit is None:
            return choice
        try:
            self.cycle(choice.commit)
        except Refused as error:
            if former is None or former == choice.commit:
                raise
            problems = error.problems[:5] if isinstance(error, BadSpec) else (_whole(error),)
            told = "; ".join(map(str, problems))
            return Choice(former, f"commit {choice.commit[:12]} is not applied: {told}")
        except Unavailable as error:
            raise Unavailable("; ".join(filter(None, (choice.note, error.message))), error.hint) from error
        return choice

    def is_readable(self) -> None:
        """See that whoever wrote the status is no newer than this daemon: only then it may ask for the lease.

        Raises:
            NewerStatus: it is.
            Unavailable: the repository is out of reach.
        """
        self._recorded.last_pass(self._status.read())

    def moved(self) -> bool:
        """Tell whether the watched branch or what operators ask has changed since `head`; a status commit has not.

        So has an environment before this one that serves another model. Where the forge says that something has
        changed, what people say of proposals is looked at, too.
        """
        told, self._told = self._told, False
        if (self._source.head(), _controls(self._status.read().files)) != self._seen or self._elsewhere():
            return True
        return told and self._now is not None and self._now[1].forge.list() != self._proposals

    def refresh(self, pushed: Collection[str] = ()) -> None:
        """Forget what was heard of the repository and of its pull requests: its forge says that this has changed.

        Args:
            pushed: the full names of the branches that it says were pushed to.
        """
        self._source.refresh(pushed)
        self._told = True
        if self.reviews:
            self.reviews.refresh()

    def run(self, commit: CommitId) -> Pass:
        """Make one pass."""
        done = self.cycle(commit).run(commit, self._notes(), self._verifier.merge_flaw(commit))
        self._proposals = as_listed(done.actual.proposals)
        self._applied = commit
        return done

    def preview(self, commit: CommitId) -> Pass:
        """Tell what a pass would do, on the engines of the commit that is in force.

        A commit that isn't merged is planned for and not obeyed: what its environment file names (an address, a path,
        a secret) is reached by nobody before somebody has reviewed it.

        Raises:
            Refused: the watched branch has no commit yet.
            BadSpec: the environment isn't on the watched branch yet, or its file is broken there.
        """
        in_force = self.head()
        if in_force is None:
            raise Refused("the watched branch has no commit, so there are no engines to plan on", "push one first")
        if commit == in_force:
            return self.cycle(commit).preview(commit, self._notes(), self._verifier.merge_flaw(commit))
        changed = unplanned(self._compose(in_force).environment, self._compose(commit).environment)
        notes = (*(self._notes() if commit == self._seen[0] else ()), *changed)
        done = self.cycle(in_force).preview(commit)
        return replace(done, plan=replace(done.plan, notes=notes + done.plan.notes))

    def merge_flaw(self, commit: CommitId) -> str:
        """Return why nothing may be merged on top of a commit from here; empty where something may.

        Call `head` before, which tells what is in force.
        """
        return self._note or self._verifier.merge_flaw(commit)

    def _notes(self) -> tuple[str, ...]:
        return (self._note,) if self._note else ()

    def desired(self, commit: CommitId) -> Desired:
        """Return what a commit asks for."""
        return self._compose(commit)

    def cycle(self, commit: CommitId) -> Cycle:
        """Return the cycle over the engines that a commit's environment file names, built anew when they changed.

        Raises:
            BadSpec: the environment's file is broken.
            Refused: an engine can't be made from it; that is tried once for each such file.
        """
        wanted = self._compose(commit).environment
        if wanted.previews is not None:
            hint = "`setpoint run` makes previews from it; take `previews` out of its file to have it converge itself"
            raise Refused("the environment is a template of previews, and nothing converges in it", hint)
        if self._now is None or _providers(self._now[0]) != _providers(wanted):
            engines = self._built(wanted)
            self._now = (wanted, engines, self._make_cycle(engines))
        return self._now[2]

    def _built(self, wanted: Environment) -> Engines:
        if self._refused and _providers(self._refused[0]) == _providers(wanted):
            raise self._refused[1]
        try:
            return self._build(wanted)
        except Refused as error:
            self._refused = wanted, error
            raise

    @property
    def engines(self) -> Engines | None:
        """Return the engines, once a commit named them."""
        return self._now[1] if self._now else None

    def allowance(self) -> Allowance | None:
        """Return how often the forge may be asked, and has been; None while nobody counts that."""
        reviews: object = self.reviews
        return reviews.allowance() if isinstance(reviews, Metered) else None

    @property
    def reviews(self) -> Reviews | None:
        """Return where pull requests are talked about; None where the forge has none, or isn't known yet."""
        return self._now[1].reviews if self._now else None

    def settle_jobs(self) -> bool:
        """Let the pool live; tell whether anything changed."""
        return self._now is not None and self._now[1].pool.settle()

    def settle_endpoints(self) -> bool:
        """Let the endpoints live, whatever else is under way; tell whether anything changed."""
        now = self._now
        return now is not None and now[1].serving.settle()

    def settle(self) -> bool:
        """Let the embedded engines live; tell whether anything changed."""
        told = [contain(settle) for settle in (self.settle_jobs, self.settle_endpoints)]
        changed = any(isinstance(result, Success) and result.value for result in told)
        failures = [result for result in told if isinstance(result, Failure)]
        if failures and not changed:
            raise Transient(failures[0].message, failures[0].hint)
        return changed


def _whole(error: Refused) -> str:
    return f"{error.message} ({error.hint})" if error.hint else error.message


def _controls(files: Mapping[str, str]) -> Mapping[str, str]:
    return {path: blob for path, blob in files.items() if path.startswith("controls/")}


def _providers(environment: Environment) -> tuple[Any, ...]:
    """Return what of an environment decides its engines."""
    return environment.data, environment.pool, environment.serving, environment.forge
