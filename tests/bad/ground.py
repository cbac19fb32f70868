"""The ground of these tests: a real Git repository, the real composition, plan and cycle, engines in memory."""

import tracemalloc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reconciler.compose import Composer
from reconciler.containment import Failure
from reconciler.controllers import CONTROLLERS
from reconciler.loop.apply import Applier
from reconciler.loop.cycle import Cycle, Pass
from reconciler.loop.daemon import Daemon
from reconciler.loop.environment import Converging
from reconciler.loop.health import Metrics, Pulse
from reconciler.loop.wake_up import WakeUp
from reconciler.model.ids import Address
from reconciler.ports.engines import Engines
from reconciler.providers.memory import World
from reconciler.status.branch import StatusBranch
from reconciler.status.read import Recorded, RecordedFiles, parse
from reconciler.watched.branch import Source
from tests.unit.reconciler import stage
from tests.unit.reconciler.git.people import Clone

GOOD = Address("pools/shared")
LOANS = "specs/datasets/loans.yaml"
FILES = {
    "specs/pools/shared.yaml": "capacity: {cpus: 1}\n",
    LOANS: "source: {sql: {url: 'sqlite:///loans.db', query: SELECT 1}}\n"
    "columns: {id: {type: integer}, paid: {type: boolean}}\n",
    "environments/dev/environment.yaml": "description: a test\n",
}


class Held:
    """A lease that nobody disputes."""

    def acquire(self) -> bool:
        return True

    def held(self) -> bool:
        return True

    def had_last(self) -> bool:
        return True

    def holder(self) -> str:
        return "this one"

    def release(self) -> None:
        return


class Ground:
    """A repository, and one environment of it that converges."""

    def __init__(self, folder: Path, files: Mapping[str, str | None] = FILES, url: str = "") -> None:
        self.folder = folder
        self.url = url
        self.people = Clone(folder, url or None)
        if files:
            self.commit(dict(files))
        self.world = World()
        self.engines = stage.engines(self.world)
        self.told: list[tuple[Address, Failure]] = []
        self.again()

    def again(self) -> None:
        """Be a daemon that has just been started, and remembers nothing."""
        self.source = Source.open(self.url or self.folder, "main", self.folder.parent / "state")
        self.status = StatusBranch(self.source.repository, "dev")
        composer = Composer(self.source.tree, "dev")

        def cycle(engines: Engines) -> Cycle:
            applier = Applier(engines, self._export, lambda: True)
            return Cycle(composer, engines, self.status, controllers=CONTROLLERS, applier=applier, tell=self._tell)

        self.converging = Converging(self.source, self.status, composer, build=lambda _: self.engines, make_cycle=cycle)

    def _export(self, tree: str) -> str:
        return self.source.export(tree, self.folder.parent / "code" / tree).as_uri()

    def _tell(self, address: Address, failure: Failure) -> None:
        self.told.append((address, failure))

    def commit(self, files: Mapping[str, str | bytes | None]) -> None:
        """Commit files to the watched branch, as a person does."""
        texts = {path: text for path, text in files.items() if not isinstance(text, bytes)}
        for path, content in files.items():
            if isinstance(content, bytes):
                (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
                (self.folder / path).write_bytes(content)
        self.people.commit(texts)
        if self.url:
            self.people.git("push", "--quiet", "--force", "origin", "HEAD:main")

    def edit_status(self, path: str, content: bytes) -> None:
        """Change a file of the status branch by hand."""
        self.status.write({path: content}, "by hand")

    def once(self) -> Pass:
        """Make one pass, as the daemon does that has just been told of a push."""
        self.source.refresh()
        commit = self.converging.head()
        assert commit
        return self.converging.run(commit)

    def trouble(self) -> str:
        """Make one pass with the whole daemon around it; return why it couldn't be made."""
        self.source.refresh()
        pulse, now = Pulse(self.world.clock.now()), self.world.clock.now
        daemon = Daemon(self.converging, Held(), WakeUp(), metrics=Metrics("dev"), pulse=pulse, now=now)
        daemon._renew()
        daemon._pass()
        return pulse.health.problem

    def passes(self, times: int = 6) -> Pass:
        """Make passes, letting jobs end in between."""
        done = self.once()
        for _ in range(times):
            self.engines.pool.settle()
            self.world.clock.advance(60)
            done = self.once()
        return done

    def recorded(self) -> Recorded:
        """Read the status branch, as a person's verbs do."""
        return RecordedFiles().read(self.status.read())

    def state(self, address: str) -> str:
        """Return the state of a resource by the status branch."""
        return str(self.recorded().statuses[Address(address)]["state"])

    def message(self, address: str) -> str:
        """Return what the status branch says of a resource."""
        conditions: Any = self.recorded().statuses[Address(address)]["conditions"]
        return str(conditions[0]["message"])

    def last_pass(self) -> Mapping[str, Any]:
        """Return what the status branch says of the last pass."""
        return parse(self.status.read().read("pass.yaml"))

    def problems(self) -> str:
        """Return the problems of the last pass, one a line."""
        return "\n".join(self.last_pass()["problems"])


@contextmanager
def memory_held(below: int) -> Iterator[None]:
    """See that no more memory than so many bytes is asked for at any moment."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < below
    finally:
        tracemalloc.stop()
