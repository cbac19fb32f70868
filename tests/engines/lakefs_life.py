"""A repository in memory whose data lies in a real lakeFS, whose jobs are real processes, and whose passes are counted.

Endpoints, proposals and the status are kept in memory: they are of other stories.
"""

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from reconciler.compose import Composer
from reconciler.containment import Failure
from reconciler.controllers import CONTROLLERS
from reconciler.loop.apply import Applier
from reconciler.loop.cycle import Cycle, Pass
from reconciler.model.decision import Phase
from reconciler.model.ids import Address, CommitId
from reconciler.ports.engines import Engines
from reconciler.providers.data.lakefs import LakeFSData
from reconciler.providers.memory import MemoryForge, MemoryServing, MemorySource, MemoryStatus, World
from reconciler.providers.pools.local import LocalPool
from reconciler.wiring import SystemClock

PATIENCE = 120.0
PAUSE = 0.05
ENVIRONMENT = "description: Data in lakeFS.\n"
POOL = "capacity: {cpus: 2, memory: 4Gi}\n"


def dataset(file: Path, **more: Any) -> str:
    """Write the spec of a dataset that is one CSV file."""
    lines = [f"source: {{files: {{url: '{file.as_uri()}', format: csv}}}}"]
    return "\n".join([*lines, *(f"{key}: {value}" for key, value in more.items()), ""])


def table(folder: Path, name: str = "loans", rows: int = 20) -> Path:
    """Write a small CSV file."""
    file = folder / f"{name}.csv"
    file.write_text("id,amount\n" + "".join(f"{number},{number * 7 % 11}\n" for number in range(rows)))
    return file


class Life:
    """One environment, and the daemons that it has one after another: each begins with nothing in memory."""

    def __init__(
        self, open_data: Callable[[], LakeFSData], folder: Path, specs: Mapping[str, str], **pool: Any
    ) -> None:
        self.world = World()
        self.source = MemorySource(self.world)
        self.status = MemoryStatus(self.world)
        self.defects: list[Failure] = []
        self._open_data = open_data
        self._folder = folder
        self._pool = pool
        files = {"environments/dev/environment.yaml": ENVIRONMENT, "specs/pools/shared.yaml": POOL}
        self.commit = self.source.commit({**files, **specs}, message="Begin")
        self.cycle = self.born()

    def born(self) -> Cycle:
        """Start a daemon that knows nothing yet."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith("SETPOINT_")}
        clock, self.data = SystemClock(), self._open_data()
        forge = MemoryForge(self.world, self.source, "dev")
        self.pool = LocalPool(self._folder / "pool", clock, environ=environ, **self._pool)
        engines = Engines(self.data, self.data, self.pool, MemoryServing(self.world), forge, clock)
        self.cycle = Cycle(
            Composer(self.source.tree, "dev"),
            engines,
            self.status,
            controllers=CONTROLLERS,
            applier=Applier(engines, str, lambda: True),
            tell=lambda _, failure: self.defects.append(failure),
        )
        return self.cycle

    def once(self) -> Pass:
        """Let the engines settle, and make one pass."""
        self.pool.settle()
        done = self.cycle.run(CommitId(self.commit))
        assert not self.defects
        return done

    def live(self, truth: Callable[[Pass], object], what: str, patience: float = PATIENCE) -> Pass:
        """Make passes until one shows what is waited for."""
        deadline = time.monotonic() + patience
        while True:
            done = self.once()
            if truth(done):
                return done
            assert time.monotonic() < deadline, f"waited for {what}: {unready(done)}"
            if not done.did_something:
                time.sleep(PAUSE)

    def converge(self, *addresses: str, patience: float = PATIENCE) -> Pass:
        """Make passes until resources are ready and nothing is left to do."""

        def is_ready(done: Pass) -> bool:
            phases = [done.plan.decisions[Address(address)].phase for address in addresses]
            return all(phase is Phase.READY for phase in phases) and not done.outcomes

        return self.live(is_ready, f"{len(addresses)} resources to be ready", patience)

    def told(self) -> str:
        """Return all that the status branch says."""
        files = self.status.read()
        return "\n".join(files.read(path).decode(errors="replace") for path in files.files)


def unready(done: Pass) -> list[str]:
    """Tell how the first few stand that aren't ready."""
    waiting = [d for d in done.plan.decisions.values() if d.phase is not Phase.READY]
    return [f"{d.address}: {d.reason}: {d.message}" for d in waiting[:5]]
