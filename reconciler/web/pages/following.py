"""Following environments: each is looked at again and again, and whoever waits is woken when one has changed."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from reconciler.compose import Composer
from reconciler.compose.page_access import read_page_access
from reconciler.containment import Success, contain
from reconciler.lease.heartbeat import read_heartbeat
from reconciler.model.errors import Refused, SetpointError
from reconciler.model.ids import CommitId
from reconciler.model.page_access import PageAccess
from reconciler.model.resource import Desired
from reconciler.model.text import without_credentials
from reconciler.status.branch import StatusBranch
from reconciler.status.read import RecordedFiles, commit_of
from reconciler.watched.branch import Source
from reconciler.web.pages.snapshot import Snapshot

NEAR, FAR = 0.3, 10.0
"""Seconds between two looks at a repository on this machine, and at one that is asked over the network."""


class Environment:
    """One environment that is followed.

    Args:
        key: what it is called in URLs.
        name: its name.
        source: the watched branch of its repository.
    """

    def __init__(self, key: str, name: str, source: Source) -> None:
        self.source, self.status = source, StatusBranch(source.repository, name)
        self._parser = RecordedFiles()
        self._compose = Composer(source.tree, name)
        self._granted: tuple[tuple[CommitId, ...], tuple[PageAccess, ...]] = (), ()
        self.snapshot = Snapshot(key, name, without_credentials(source.repository.place))

    @property
    def span(self) -> float:
        """Return the seconds between two looks."""
        return FAR if self.source.repository.watched is None else NEAR

    def look(self) -> Snapshot:
        """Read what is new; where the repository is out of reach, what was read last, with the reason."""
        try:
            found = self._read()
        except SetpointError as error:
            known, flaw = self.snapshot, str(error)
            found = known if known.flaw == flaw else replace(known, flaw=flaw)
        self.snapshot = found
        return found

    def _read(self) -> Snapshot:
        tree = self.status.read()
        recorded = self._parser.read(tree)
        heartbeat = read_heartbeat(self.source.repository, self.snapshot.environment)
        desired = self._composed(recorded.last_pass)
        access = self._access(commit_of(recorded.last_pass))
        known, found = self.snapshot, (tree, heartbeat, desired, access)
        if not known.flaw and found == (known.tree, known.heartbeat, known.desired, known.access):
            return known
        return replace(
            known, tree=tree, recorded=recorded, heartbeat=heartbeat, desired=desired, access=access, flaw=""
        )

    def _access(self, applied: CommitId | None) -> tuple[PageAccess, ...]:
        """Return who may do what, as the newest commit says, and the one that was applied last."""
        commits = tuple(dict.fromkeys(one for one in (self.source.head(), applied) if one))
        if commits != self._granted[0]:
            found = (self._access_in(one) for one in commits)
            self._granted = commits, tuple(one for one in found if one is not None)
        return self._granted[1]

    def _access_in(self, commit: CommitId) -> PageAccess | None:
        """Read who may do what; None where a commit isn't clear about it, or isn't there."""
        with suppress(Refused):
            return read_page_access(self.source.tree(commit), self.snapshot.environment)
        return None

    def _composed(self, last_pass: Mapping[str, object]) -> Desired | None:
        """Compose what the last pass saw; None where this machine can't: its status is worth showing all the same."""
        commit = commit_of(last_pass)
        found = contain(lambda: self._compose(commit)) if commit else None
        return found.value if isinstance(found, Success) else None


class Following:
    """All environments that are followed, and how to wait for a change of any."""

    def __init__(self, environments: Sequence[Environment]) -> None:
        self.environments = {one.snapshot.key: one for one in environments}
        self._moved = asyncio.Condition()

    @property
    def snapshots(self) -> Mapping[str, Snapshot]:
        """Return the newest of each environment by its key, those first in which something has happened."""
        found = sorted((not one.snapshot.commit, key) for key, one in self.environments.items())
        return {key: self.environments[key].snapshot for _, key in found}

    async def look(self) -> None:
        """Look at all environments once."""
        await asyncio.gather(*(asyncio.to_thread(one.look) for one in self.environments.values()))

    async def follow(self) -> None:
        """Look at all environments until it is cancelled, each at its own pace."""
        await asyncio.gather(*(self._follow(one) for one in self.environments.values()))

    async def _follow(self, one: Environment) -> None:
        while True:
            before = one.snapshot
            after = await asyncio.to_thread(one.look)
            if before is not after:
                async with self._moved:
                    self._moved.notify_all()
            await asyncio.sleep(one.span)

    async def moved(self, within: float) -> None:
        """Wait until an environment has changed, or so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within), self._moved:
                await self._moved.wait()
