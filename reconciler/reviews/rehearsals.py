"""Rehearsing pull requests: merged by Git, composed and decided on, in the world as it was last observed.

No engine is asked because of a pull request. What it brings is composed by a composer of its own, and measured before
it is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from reconciler.compose import Cache, compose
from reconciler.compose.places import places
from reconciler.model.decision import Controller
from reconciler.model.environment import unplanned
from reconciler.model.errors import BadSpec, Unavailable
from reconciler.model.ids import Address, CommitId
from reconciler.model.observed import Actual
from reconciler.model.plan import Plan
from reconciler.model.resource import Desired
from reconciler.model.reviews import PullRequest, Queued
from reconciler.model.text import counted
from reconciler.plan import decide
from reconciler.reviews.rehearsal import MOST_FILES, Pair, Rehearsal, rehearsed
from reconciler.watched.branch import Source
from reconciler.yaml.positions import Path

FOLDERS = ("specs/", "environments/")


@dataclass(frozen=True, slots=True)
class Seen:
    """What is in force: what the branch's newest commit asks for, the world as it was observed, and the plan for it."""

    desired: Desired
    actual: Actual
    plan: Plan


class Rehearsals:
    """What pull requests would do in one environment. Belongs to one thread.

    Args:
        source: the watched branch; no other thread may use it.
        environment: the environment's name.
        controllers: the controller of every kind.
    """

    def __init__(self, source: Source, environment: str, controllers: Mapping[str, Controller]) -> None:
        self._source = source
        self._environment = environment
        self._controllers = controllers
        self._cache = Cache()

    def of(self, pull: PullRequest, seen: Seen) -> Rehearsal:
        """Rehearse the merge of a pull request.

        Raises:
            Unavailable: the repository is out of reach, or doesn't have yet what the forge told of.
        """
        return self._of_ref(pull.ref, pull.commit, f"the head of pull request {pull.number}", seen)

    def of_queued(self, queued: Queued, seen: Seen) -> Rehearsal:
        """Rehearse what waits in a merge queue, which is merged with the branch already.

        Raises:
            Unavailable: the repository is out of reach, or doesn't have it any more.
        """
        return self._of_ref(queued.ref, queued.commit, queued.ref, seen)

    def _of_ref(self, ref: str, commit: CommitId, what: str, seen: Seen) -> Rehearsal:
        if self._source.repository.refs(ref).get(ref) != commit:
            raise Unavailable(f"the repository doesn't have {what} yet", "it is looked at again")
        return self.of_commit(commit, seen)

    def of_commit(self, head: CommitId, seen: Seen) -> Rehearsal:
        """Rehearse the merge of a commit.

        Raises:
            Unavailable: the repository is out of reach.
        """
        pair = Pair(seen.plan.commit, head)
        merged, conflicts = self._source.merged(pair.base, pair.head)
        if conflicts:
            return self._hindered(pair, f"conflicts with {self._source.branch} in {', '.join(conflicts[:3])}")
        if (count := self._changed(pair.base, merged)) > MOST_FILES:
            return self._hindered(
                pair, f"changes {counted(count, 'file')} of specs; at most {MOST_FILES:,} are planned for"
            )
        try:
            after = compose(self._source.tree(merged), self._environment, self._cache)
        except BadSpec as error:
            return replace(self._hindered(pair, "the environment's file is broken"), problems=error.problems)
        return self._compared(pair, seen, after)

    def _compared(self, pair: Pair, seen: Seen, after: Desired) -> Rehearsal:
        plan = decide(after, seen.actual, self._controllers)
        notes = tuple(unplanned(seen.desired.environment, after.environment))
        plan = replace(plan, notes=notes + plan.notes)
        before = (seen.desired, seen.plan)
        found = rehearsed(self._environment, pair, before=before, after=(after, plan), actual=seen.actual)
        wanted: dict[Address, list[Path]] = {}
        for line in found.lines:
            if line.path and line.sign != "-":
                wanted.setdefault(line.address, []).append(line.path)
        tree = self._source.tree(after.commit)
        return replace(found, places=places(tree, self._environment, self._cache, wanted)) if wanted else found

    def _hindered(self, pair: Pair, why: str) -> Rehearsal:
        return Rehearsal(self._environment, pair, obstacle=why)

    def _changed(self, base: CommitId, merged: CommitId) -> int:
        """Count the files of specs that a merge would change: told by ids, before any is read."""
        before, after = self._source.tree(base).files, self._source.tree(merged).files
        return sum(path.startswith(FOLDERS) for path in {path for path, _ in before.items() ^ after.items()})
