"""Campaigns from their spec to labels: a repository in memory, data in a real store, jobs as real processes."""

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
from reconciler.model.decision import Decision
from reconciler.model.ids import Address, CommitId
from reconciler.ports.engines import Engines
from reconciler.ports.labelling import Labelling
from reconciler.providers.data.git import GitData
from reconciler.providers.memory import MemoryForge, MemoryServing, MemorySource, MemoryStatus, World
from reconciler.providers.pools.local import LocalPool
from reconciler.wiring import SystemClock

PATIENCE = 120.0
PAUSE = 0.05
MAILS, LABELS = Address("datasets/mails"), Address("labels/mails")
POOL = "capacity: {cpus: 2, memory: 4Gi}\n"
DATASET = "source: {{files: {{url: '{url}', format: csv}}}}\nidentifier: id\n"


def mails(folder: Path, rows: int = 6) -> Path:
    """Write a table of texts; every second one is spam."""
    file = folder / "mails.csv"
    lines = [f"m{n},{'win a prize' if n % 2 else 'lunch at noon'} {n},{n % 3}" for n in range(rows)]
    file.write_text("\n".join(["id,text,region", *lines, ""]), "utf-8")
    return file


class CampaignLife:
    """One environment whose labels are a campaign on a labelling tool, pass by pass."""

    def __init__(
        self, folder: Path, tool: Labelling, labels: str, rows: int = 6, specs: Mapping[str, str] | None = None
    ) -> None:
        self.world = World()
        self.serving = MemoryServing(self.world)
        self.source = MemorySource(self.world)
        self.status = MemoryStatus(self.world)
        self.defects: list[Failure] = []
        self.folder, self.tool = folder, tool
        url = mails(folder, rows).as_uri()
        self.files = {
            "environments/dev/environment.yaml": "description: Asks people.\n",
            "specs/pools/shared.yaml": POOL,
            "specs/datasets/mails.yaml": DATASET.format(url=url),
            "specs/labels/mails.yaml": labels,
            **(specs or {}),
        }
        self.commit = CommitId(self.source.commit(self.files, message="Begin"))
        self.born()

    def born(self) -> None:
        """Start a daemon that knows nothing yet."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith("SETPOINT_")}
        clock = SystemClock()
        self.data = GitData(self.folder / "data", "dev")
        self.pool = LocalPool(self.folder / "pool", clock, environ=environ)
        forge = MemoryForge(self.world, self.source, "dev")
        engines = Engines(self.data, self.data, self.pool, self.serving, forge, clock, labelling=self.tool)
        self.cycle = Cycle(
            Composer(self.source.tree, "dev"),
            engines,
            self.status,
            controllers=CONTROLLERS,
            applier=Applier(engines, str, lambda: True),
            tell=lambda _, failure: self.defects.append(failure),
        )

    def change(self, labels: str) -> None:
        """Commit other labels."""
        self.files["specs/labels/mails.yaml"] = labels
        self.commit = CommitId(self.source.commit(self.files, message="Change"))

    def once(self) -> Pass:
        """Let the pool settle, and make one pass."""
        self.pool.settle()
        done = self.cycle.run(self.commit)
        assert not self.defects, self.defects
        return done

    def until(self, truth: Callable[[Decision], object], what: str) -> Decision:
        """Make passes until the labels stand as is waited for and nothing is left to do."""
        deadline = time.monotonic() + PATIENCE
        while True:
            done = self.once()
            found = done.plan.decisions[LABELS]
            errors = [f"{one.change.verb}: {one.error}" for one in done.outcomes if one.error]
            if truth(found) and not done.outcomes:
                return found
            told = {address: f"{d.reason}: {d.message}" for address, d in done.plan.decisions.items()}
            assert time.monotonic() < deadline, f"waited for {what}: {told} {errors}"
            if not done.did_something:
                time.sleep(PAUSE)

    def labels(self, decision: Decision) -> Mapping[str, Any]:
        """Return the label of each example, and how many votes it has."""
        from io import BytesIO

        from pyarrow import parquet

        assert decision.output is not None
        table = parquet.read_table(BytesIO(self.data.read(decision.output.run, "labels.parquet")))  # type: ignore[union-attr]
        return {row["id"]: (row["label"], row["votes"]) for row in table.to_pylist()}
