"""The keeper: has as many previews driven as were granted, and takes away those that are granted no more.

It keeps nothing that matters: which previews there are is told by their branches, and what they are to be by the pull
requests. So a keeper that was killed goes on where it was, be that with a preview or with its end.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from structlog.typing import FilteringBoundLogger as BoundLogger

from reconciler.containment import Failure, contain
from reconciler.model.environment import Environment, Previews
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import CommitId
from reconciler.model.reviews import CommitStatus, PullRequest, Verdict, context_of
from reconciler.ports.reviews import Granting, Reviews
from reconciler.previews.branches import PreviewBranches
from reconciler.previews.choosing import Choice, Request, choose, name_of
from reconciler.previews.made_here import MadeHere
from reconciler.previews.report import Standing, ended, ending, without
from reconciler.previews.template import demand_apart, file_of, read_template
from reconciler.watched.branch import Source


class Driving(Protocol):
    """A preview that is driven on a thread of its own."""

    def hint(self) -> None:
        """Have it look whether its branch has moved."""

    def ask(self) -> None:
        """Ask it to stop, and wait for nothing."""

    def stop(self) -> bool:
        """Stop it, and wait until it has; False where it still hangs on something."""


class Workshop(Protocol):
    """What a keeper works with: what stands outside of this room is made there."""

    def verified(self, former: CommitId | None) -> CommitId:
        """Return the newest commit of the watched branch that may be obeyed."""

    def demand_signed(self, head: CommitId, base: CommitId) -> None:
        """Hold a pull request's head against what a commit of the watched branch demands of commits."""

    def reviews(self, template: Environment) -> Reviews | None:
        """Return the forge that the template names; None where it has no pull requests."""

    def drive(self, name: str, made: MadeHere) -> Driving:
        """Start driving a preview."""

    def remains(self, name: str, end: CommitId) -> str:
        """Say what is still there that a pass of a preview's last commit has to delete; empty where nothing is."""

    def leave(self, name: str, end: CommitId) -> None:
        """Take away all that was kept for a preview, but for its branch."""

    def page(self, name: str, pair: tuple[CommitId, CommitId], against: str, problem: str) -> tuple[str, Standing]:
        """Return what is said of a preview, and where it stands."""


class _Driven(NamedTuple):
    """A preview that is driven, and which commits of its branch are applied."""

    driving: Driving
    made: MadeHere


class _Look(NamedTuple):
    """What one look at the watched branch and the pull requests has found."""

    base: CommitId
    rules: Previews
    reviews: Reviews
    pulls: Mapping[int, PullRequest]


class Keeper:
    """Belongs to one thread.

    Args:
        template: the template's name.
        source: the watched branch.
        branches: the branches of previews.
        workshop: what it works with.
        log: told of what begins, ends and fails.
    """

    def __init__(
        self, template: str, source: Source, branches: PreviewBranches, workshop: Workshop, log: BoundLogger
    ) -> None:
        self._template = template
        self._context = context_of(template)
        self._source = source
        self._branches = branches
        self._workshop = workshop
        self._log = log
        self._base: CommitId | None = None
        self._driven: dict[int, _Driven] = {}
        self._seen: dict[int, tuple[CommitId, CommitId, CommitId]] = {}
        """The base, the head and the branch's tip for which nothing was left to be made."""
        self._told: set[int] = set()
        self._troubles: dict[int, str] = {}
        self._reviews: Reviews | None = None

    def look(self) -> None:
        """Bring the previews one step nearer to what was granted.

        Raises:
            Refused: the template or the forge can't be used.
            Unavailable: the repository or the forge is out of reach, or a preview can't be brought on for now.
        """
        base, refused = self._verified()
        tree = self._source.tree(base)
        template = read_template(tree, self._template)
        demand_apart(tree.read(tree.files[file_of(self._template)]), template)
        rules = template.previews or Previews(open=0)
        self._reviews = reviews = self._workshop.reviews(template)
        if reviews is None or not isinstance(reviews, Granting):
            raise Refused("the template's forge has no pull requests", "name gitea, github or gitlab as its `forge`")
        pulls = {pull.number: pull for pull in reviews.pulls()}
        seen = _Look(base, rules, reviews, pulls)
        there = self._branches.there()
        choice = choose(_requests(reviews, tuple(pulls.values()), rules, template), there.keys(), rules)
        granted = {pull.number for pull in choice.granted}
        known = granted | there.keys() | choice.refused.keys() | choice.waiting.keys()
        self._troubles = {number: problem for number, problem in self._troubles.items() if number in known}
        for number in sorted(granted | there.keys()):
            step = self._bring if number in granted else self._end
            self._contained(number, lambda step=step, number=number: step(number, seen))  # type: ignore[misc]
        self._tell_those_without(seen, choice)
        if refused is not None:
            raise Refused(f"the newest commit is not followed: {refused.message}", refused.hint)
        if self._troubles:
            number, problem = min(self._troubles.items())
            raise Unavailable(f"{name_of(number)}: {problem}", "it is tried again")

    def _verified(self) -> tuple[CommitId, Failure | None]:
        """Return the commit of the watched branch that is obeyed; the one before, and why, where the newest may not be.

        Previews end all the same while nobody who may has signed that.

        Raises:
            Refused: nothing was obeyed before.
            Unavailable: the repository is out of reach.
        """
        found = contain(lambda: self._workshop.verified(self._base))
        if not isinstance(found, Failure):
            self._base = found.value
            return found.value, None
        if found.retry or self._base is None:
            raise (Unavailable if found.retry else Refused)(found.message, found.hint)
        return self._base, found

    def refresh(self) -> None:
        """Forget what was heard of the repository and of its pull requests: its forge says that this has changed."""
        self._source.refresh()
        if self._reviews is not None:
            self._reviews.refresh()

    def ask(self) -> None:
        """Ask all that drives previews to stop, and wait for nothing."""
        for one in self._driven.values():
            one.driving.ask()

    def stop(self) -> bool:
        """Stop driving previews, which go on where they are when they are driven again; False where one hangs."""
        self.ask()
        stopped = [one.driving.stop() for one in self._driven.values()]
        self._driven.clear()
        return all(stopped)

    def _contained(self, number: int, step: Callable[[], None]) -> None:
        result = contain(step)
        problem = result.message if isinstance(result, Failure) else ""
        if isinstance(result, Failure) and self._troubles.get(number) != problem:
            self._log.error("preview", preview=name_of(number), problem=problem, hint=result.hint, trace=result.trace)
        self._troubles.pop(number, None)
        if problem:
            self._troubles[number] = problem

    def _bring(self, number: int, seen: _Look) -> None:
        """Make a preview's branch what its pull request asks for, have it driven, and say where it stands."""
        pull = seen.pulls[number]
        problem = contain(lambda: self._make(pull, seen.base))
        if isinstance(problem, Failure) and (problem.retry or number not in self._driven):
            told = without(number, f"{problem.message}: {problem.hint}" if problem.hint else problem.message)
            if not problem.retry:
                self._say(seen.reviews, pull, told, Verdict.FAILURE, problem.message)
                return
            raise Unavailable(problem.message, problem.hint)
        why = problem.message if isinstance(problem, Failure) else ""
        text, standing = self._workshop.page(name_of(number), (seen.base, pull.commit), seen.rules.against, why)
        self._say(seen.reviews, pull, text, standing.verdict, standing.summary)

    def _make(self, pull: PullRequest, base: CommitId) -> None:
        number, head = pull.number, pull.commit
        tip = self._branches.there().get(number)
        if tip is not None and number in self._driven and self._seen.get(number) == (base, head, tip):
            return
        if self._source.repository.refs(pull.ref).get(pull.ref) != head:
            raise Unavailable(f"the repository doesn't have the head of pull request {number} yet", "it is tried again")
        self._workshop.demand_signed(head, base)
        tree = self._branches.trying(number, base, head)
        driven = self._made(number, tree)
        tip = self._branches.bring(number, tree, base, head)
        self._seen[number] = (base, head, tip)
        self._drive(number, driven)

    def _made(self, number: int, tree: str) -> MadeHere:
        """Have commits of a tree applied, and no others."""
        if number in self._driven:
            made = self._driven[number].made
        else:
            made = MadeHere(lambda commit: self._branches.essence(commit, number))
        made.allow(self._branches.essence_of(tree, number))
        return made

    def _drive(self, number: int, made: MadeHere) -> None:
        if number in self._driven:
            self._driven[number].driving.hint()
            return
        self._log.info("preview begins", preview=name_of(number))
        self._driven[number] = _Driven(self._workshop.drive(name_of(number), made), made)

    def _end(self, number: int, seen: _Look) -> None:
        """Have all that a preview made deleted as its specs go; once it is, take away what was kept for itself."""
        name = name_of(number)
        self._seen.pop(number, None)
        tree = self._branches.ending(number, seen.base)
        made = self._made(number, tree)
        end = self._branches.bring(number, tree, seen.base, None)
        self._drive(number, made)
        if self._workshop.remains(name, end):
            contain(lambda: seen.reviews.comment(number, ending(name)))
            return
        if not self._driven[number].driving.stop():
            raise Unavailable(f"{name} doesn't stop yet", "it is looked at again")
        del self._driven[number]
        if left := self._workshop.remains(name, end):
            raise Unavailable(left, "it is looked at again")
        self._workshop.leave(name, end)
        self._say_ended(number, seen)
        self._branches.remove(number)
        self._log.info("preview has ended", preview=name)

    def _say_ended(self, number: int, seen: _Look) -> None:
        """Say that a preview has ended, where somebody may read it; that it can't be said holds nothing up."""
        contain(lambda: seen.reviews.comment(number, ended(name_of(number))))
        pull = seen.pulls.get(number)
        if pull is not None:
            status = CommitStatus(self._context, Verdict.SUCCESS, f"{name_of(number)} has ended", pull.url)
            contain(lambda: seen.reviews.judge(pull.commit, status))

    def _tell_those_without(self, seen: _Look, choice: Choice) -> None:
        """Say on pull requests that bear the label why they have no preview, and no more once they don't bear it."""
        reasons = {**choice.refused, **choice.waiting}
        there = self._branches.there()
        for number in sorted(self._told - reasons.keys()):
            if number not in there and number not in {pull.number for pull in choice.granted}:
                contain(lambda number=number: seen.reviews.comment(number, ""))  # type: ignore[misc]
        self._told = set(reasons)
        for number, why in sorted(reasons.items()):
            verdict = Verdict.FAILURE if number in choice.refused else Verdict.PENDING
            if number not in there:
                said = (seen.reviews, seen.pulls[number], without(number, why), verdict, why)
                self._contained(number, lambda said=said: self._say(*said))  # type: ignore[misc]

    def _say(self, reviews: Reviews, pull: PullRequest, text: str, verdict: Verdict, line: str) -> None:
        reviews.comment(pull.number, text)
        reviews.judge(pull.commit, CommitStatus(self._context, verdict, line, pull.url))


def _requests(
    reviews: Reviews, pulls: Sequence[PullRequest], rules: Previews, template: Environment
) -> Sequence[Request]:
    """Return the pull requests that bear the label, with who has set it; where previews are off, none do."""
    if template.previews is None or not isinstance(reviews, Granting):
        return ()
    found = []
    for pull in pulls:
        if rules.label in pull.labels:
            by = "" if pull.is_fork else reviews.granter(pull, rules.label)
            found.append(Request(pull, by, bool(by) and reviews.may_write(by)))
    return found
