"""The story's repository as a real one: bare, with the status branches, the leases and the proposals of Git.

All commits are made at one moment, so that equal lives make equal commits.
"""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from reconciler.lease.lease import Lease, LeaseHeld
from reconciler.providers.forge.git import GitForge
from reconciler.providers.memory import World
from reconciler.status.branch import StatusBranch
from reconciler.watched.branch import Source
from tests.crashes.ending import facts, told
from tests.crashes.story import ENVIRONMENTS
from tests.e2e.test_life import sample
from tests.unit.reconciler.git.people import Clone, git

HOLDER = "pod-0:1"
"""Who holds the leases: a container that is started anew has its name and process id again, and goes on at once."""
SPAN = timedelta(minutes=5)


def begun_in(folder: Path) -> Path:
    """Make the repository with its first commit, as a person would: the sample's table, without its pictures.

    Returns:
        The bare repository.
    """
    clone = Clone(folder / "clone")
    clone.commit({path: text for path, text in sample().items() if "digits" not in path}, "Begin")
    git(folder, "clone", "--quiet", "--bare", "--template=", str(clone.folder), str(folder / "repository.git"))
    return folder / "repository.git"


class InGit:
    """A repository as new daemons find it.

    Args:
        world: the engines' world.
        folder: the bare repository.
    """

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.folder = folder
        self.source = Source.open(folder, "main", folder.parent)
        self._leases = {
            name: Lease(self.source.repository, name, HOLDER, world.clock, span=SPAN) for name in ENVIRONMENTS
        }

    def status(self, environment: str) -> StatusBranch:
        return StatusBranch(self.source.repository, environment, self._leases[environment])

    def forge(self, environment: str) -> GitForge:
        return GitForge(self.source.repository, environment, "main")

    def hold(self, environment: str) -> bool:
        lease = self._leases[environment]
        try:
            return lease.held() or bool(lease.acquire())
        except LeaseHeld:
            return False

    def close(self) -> None:
        """End the process that reads."""
        self.source.close()

    def phase(self) -> str:
        """Return the same text for repositories that stand alike: all branches, and the files of status branches.

        How many daemons held the lease differs after a crash, and with it the commits that tell so.
        """
        refs = dict(self.source.repository.refs())
        for name in ENVIRONMENTS:
            refs.pop(f"refs/setpoint/{name}/lease", None)
            if refs.pop(ref := f"refs/heads/setpoint/{name}", None):
                refs[ref] = git(self.folder, "rev-parse", f"{ref}^{{tree}}")
        return str(sorted(refs.items()))

    def ending(self) -> dict[str, Any]:
        """Return all that must be the same at the end, whatever happened on the way."""
        found: dict[str, Any] = facts(self.world) | {"branches": sorted(self.source.repository.refs("refs/heads/"))}
        found["history"] = Counter(git(self.folder, "log", "--format=%B%x00", "main").split("\0"))
        found["specs"] = git(self.folder, "rev-parse", "main^{tree}")
        for name in ENVIRONMENTS:
            tree = self.status(name).read()
            found |= told(name, {path: path for path in tree.files}, tree.read)
        return found
