"""What the benches run on: repositories of many specs, and one environment over the shipped fake."""

from collections.abc import Callable
from dataclasses import dataclass

from reconciler.compose import Composer
from reconciler.controllers import CONTROLLERS
from reconciler.loop.apply import Applier
from reconciler.loop.cycle import Cycle, Pass, StatusStore
from reconciler.loop.environment import Converging
from reconciler.ports.engines import Engines
from reconciler.ports.serving import Serving
from reconciler.ports.source import SourceRepository
from reconciler.providers.memory import MemoryData, MemoryForge, MemoryPool, MemoryServing, MemorySource, World

ENVIRONMENT = "dev"


def specs(count: int) -> dict[str, str]:
    """Return a repository of so many resources, in chains dataset → experiment → promotion → endpoint."""
    files = {
        "environments/dev/environment.yaml": "deletion: {number: 100000, share: 1.0}\nvariables: {team: risk}\n",
        "specs/pools/shared.yaml": "capacity: {cpus: 100000, memory: 1Pi}\n",
    }
    for number in range((count - 1) // 4):
        name = f"n{number:05d}"
        files |= {
            f"specs/datasets/{name}.yaml": f"source: {{sql: {{url: 'sqlite://', query: 'select {number}'}}}}\n"
            "columns: {a: {type: integer}}\n",
            f"specs/experiments/{name}.yaml": f"dataset: datasets/{name}\ntarget: a\nrunner: tabular\n"
            "params: {model: logistic}\nmetric: {name: roc_auc}\n",
            f"specs/promotions/{name}.yaml": f"experiment: experiments/{name}\ndeployment: deployments/{name}\n",
            f"specs/deployments/{name}.yaml": f"description: number {number}\n",
        }
    return files


@dataclass
class Bench:
    """One environment, and a count of what was tried."""

    converging: Converging
    world: World
    engines: Engines

    def once(self) -> Pass:
        """Make one pass."""
        commit = self.converging.head()
        assert commit is not None
        return self.converging.run(commit)

    def converge(self) -> int:
        """Make passes until nothing is left to do; return how many it took."""
        for number in range(1, 1000):
            done = self.once()
            if not done.outcomes and not self.converging.settle():
                return number
        raise RuntimeError("it does not come to rest")


def bench(
    source: SourceRepository,
    status: StatusStore,
    world: World,
    fake: MemorySource,
    applied: Callable[[str], None],
    *,
    serving: Serving | None = None,
) -> Bench:
    """Wire an environment over the fake, but for an engine of serving that is given; `applied` is told of every run."""

    class Telling(MemoryPool):
        """The fake pool, which tells of what is submitted."""

        def submit(self, order: object) -> None:  # type: ignore[override]
            applied(str(getattr(order, "run", "")))
            super().submit(order)  # type: ignore[arg-type]

    data, pool = MemoryData(world, ENVIRONMENT), Telling(world, duration=lambda _: 0.0)
    forge = MemoryForge(world, fake, ENVIRONMENT)
    engines = Engines(data, data, pool, serving or MemoryServing(world), forge, world.clock)
    composer = Composer(source.tree, ENVIRONMENT)

    def make_cycle(chosen: Engines) -> Cycle:
        applier = Applier(chosen, lambda tree: tree, lambda: True)
        return Cycle(composer, chosen, status, controllers=CONTROLLERS, applier=applier, tell=_defect)

    return Bench(Converging(source, status, composer, build=lambda _: engines, make_cycle=make_cycle), world, engines)


def _defect(address: object, failure: object) -> None:
    raise RuntimeError(f"{address}: {failure}")
