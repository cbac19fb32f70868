"""The engines of serving that the suite of the port runs on, each with models that start and models that don't."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reconciler.conformance.servings import PATIENCE, ServingBench
from reconciler.model.ids import Address, Digest, RunName
from reconciler.model.kinds.deployments import Replicas
from reconciler.model.kinds.spec import Resources
from reconciler.ports.serving import RevisionOrder, ServingEngine
from reconciler.providers.memory import MemoryServing, World
from reconciler.providers.memory.serving import Start
from reconciler.providers.serving.local import LocalServing
from reconciler.wiring import SystemClock

REPLICA = Path(__file__).parents[1] / "unit" / "reconciler" / "providers" / "serving" / "local" / "replica.py"
BROKEN = "sha256:" + "b" * 64
"""The digest of a model that doesn't load."""


class MemoryServingBench:
    """The fake: a revision takes ten virtual seconds to be ready."""

    def __init__(self, _folder: Path, _server: Any = None) -> None:
        self._world = World()

    def open(self) -> ServingEngine:
        return MemoryServing(
            self._world,
            start=lambda order: Start(failure="its model doesn't load" if order.model_digest == BROKEN else ""),
        )

    def pass_time(self) -> None:
        self._world.clock.advance(1.0)

    def order(
        self, deployment: Address, revision: Digest, replicas: Replicas, *, is_broken: bool = False
    ) -> RevisionOrder:
        trial = RunName("experiments/employment/0123456789ab")
        digest = BROKEN if is_broken else "sha256:" + "a" * 64
        return RevisionOrder(deployment, revision, trial, f"memory://{trial}", digest, replicas, Resources())

    def close(self) -> None:
        return


class LocalServingBench:
    """Processes of this machine behind Caddy: replicas that start at once, with no model in them."""

    def __init__(self, folder: Path, _server: Any = None) -> None:
        self._folder = folder / "serving"

    def open(self) -> ServingEngine:
        command = (sys.executable, "-I", "-S", str(REPLICA))
        return LocalServing(self._folder, SystemClock(), public_address="127.0.0.1", command=command)

    def pass_time(self) -> None:
        time.sleep(0.02)

    def order(
        self, deployment: Address, revision: Digest, replicas: Replicas, *, is_broken: bool = False
    ) -> RevisionOrder:
        trial = RunName("experiments/employment/0123456789ab")
        url = "fake://?refuse=its+digest+is+another" if is_broken else f"fake://?says={trial}"
        return RevisionOrder(deployment, revision, trial, url, "sha256:" + "a" * 64, replicas, Resources())

    def close(self) -> None:
        serving = self.open()
        for deployment in serving.list():
            serving.delete(deployment)
        deadline = time.monotonic() + PATIENCE
        while _processes_under(self._folder) and time.monotonic() < deadline:
            serving.settle()
            self.pass_time()
        assert not _processes_under(self._folder), "processes outlive the last endpoint"


def _processes_under(folder: Path) -> list[str]:
    """Return the command lines of live processes that name a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found


def kserve(folder: Path, cluster: Any) -> ServingBench:
    """Make KServe's bench; what it needs is imported where it is used."""
    from tests.conformance.kserve import KServeBench

    return KServeBench(folder, cluster)


BENCHES: dict[str, Callable[[Path, Any], ServingBench]] = {
    "memory": MemoryServingBench,
    "local": LocalServingBench,
    "kserve": kserve,
}
SERVERS = {"kserve": "cluster"}
"""Which engines need a real server, and the fixture that gives it."""
