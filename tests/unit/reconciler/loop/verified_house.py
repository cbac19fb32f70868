"""A house with a real repository and engines in memory: people push to it, and sign what they push or not."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.compose import Composer
from reconciler.compose.commit_policy import read_policy
from reconciler.controllers import CONTROLLERS
from reconciler.git.repository import open_repository
from reconciler.loop.apply import Applier
from reconciler.loop.cycle import Cycle
from reconciler.loop.environment import Converging
from reconciler.loop.verification import Verification
from reconciler.model.commit_policy import CommitPolicy, Signers
from reconciler.model.errors import Unavailable
from reconciler.model.ids import CommitId
from reconciler.ports.engines import Engines
from reconciler.ports.forge import ProposalOrder
from reconciler.providers.forge.git import GitForge
from reconciler.providers.memory import MemoryStatus, World
from reconciler.signatures import SigningKey, check
from reconciler.status.read import parse
from reconciler.watched.branch import Source
from tests.unit.reconciler import stage
from tests.unit.reconciler.git.people import Clone, bare
from tests.unit.reconciler.signers import Key

ENVIRONMENT = "environments/dev/environment.yaml"
SIGNERS, KEYS = "environments/dev/allowed_signers", "environments/dev/allowed_keys.asc"
POOL = "specs/pools/shared.yaml"
PROPOSAL = "promotions/go/3f2a1b4c5d6e"


def demands(commits: str, *keys: Key, openpgp: str | None = None) -> dict[str, str | None]:
    """Return the files by which an environment says which commits it takes."""
    lines = "".join(key.public for key in keys)
    wanted = {ENVIRONMENT: f"verification: {{commits: {commits}}}\n"}
    return wanted | ({SIGNERS: lines} if lines else {}) | ({KEYS: openpgp} if openpgp else {})


class House:
    """An environment of a bare repository; Ada pushes to it."""

    def __init__(self, folder: Path, pinned: Signers | None = None) -> None:
        origin = bare(folder / "origin.git")
        self.ada = Clone(folder / "ada", origin)
        self.ada.write({POOL: "capacity: {cpus: 1}\n"})
        self.source = Source(open_repository(origin, folder), "main")
        self.world = World()
        self.status = MemoryStatus(self.world)
        self.checks = 0
        self.fails: Unavailable | None = None
        self.now = datetime.now(UTC)
        self.restart(pinned)

    def restart(self, pinned: Signers | None = None, signing_key: Key | None = None) -> None:
        """Begin with a daemon that remembers nothing."""
        own_key = SigningKey(signing_key.path).public if signing_key else None
        composer = Composer(self.source.tree, "dev")

        def make_cycle(engines: Engines) -> Cycle:
            applier = Applier(engines, str, lambda: True)
            return Cycle(composer, engines, self.status, controllers=CONTROLLERS, applier=applier, tell=lambda *_: None)

        self.converging = Converging(
            self.source,
            self.status,
            composer,
            build=lambda _: stage.engines(self.world),
            make_cycle=make_cycle,
            verifier=Verification(
                self.source, self._policy, self._check, now=lambda: self.now, pinned=pinned, own_key=own_key
            ),
        )

    def _policy(self, commit: CommitId) -> CommitPolicy:
        return read_policy(self.source.tree(commit), "dev")

    def _check(self, *given: Any) -> str:
        self.checks += 1
        if self.fails:
            raise self.fails
        return check(*given)

    def push(self, files: "dict[str, str | None]", by: Key | None = None) -> str:
        """Commit files, signed by a key or by none, and push them; return the commit."""
        commit = by.commit(self.ada, files) if by else self.ada.commit(files)
        self.ada.push("HEAD:main")
        return commit

    def push_forced(self, files: "dict[str, str | None]", by: Key) -> str:
        """Commit files, signed, in place of what was pushed."""
        commit = by.commit(self.ada, files)
        self.ada.push("--force", "HEAD:main")
        return commit

    def proposed(self, key: Key | None) -> GitForge:
        """Propose one more CPU off what is in force, as the daemon does that has a key; return its forge."""
        forge = GitForge(self.source.repository, "dev", "main", SigningKey(key.path) if key else None)
        base = self.converging.head()
        assert base
        forge.propose(ProposalOrder(PROPOSAL, base, POOL, {"capacity.cpus": 7}, "Promote"))
        return forge

    def once(self) -> str | None:
        """Make a pass on the commit that is to be applied; return that."""
        commit = self.converging.head()
        if commit:
            self.converging.run(commit)
        return commit

    def note(self) -> str:
        """Return what the last pass noted."""
        found = parse(self.status.read().read("pass.yaml"))["notes"]
        assert isinstance(found, list)
        assert len(found) < 2, found
        return str(found[0]) if found else ""

    def close(self) -> None:
        """End the processes that read the repository."""
        self.source.close()
