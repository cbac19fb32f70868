"""The sample repository lives its whole life on the shipped fake: from specs to a promoted, monitored endpoint."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.compose import Cache, compose
from reconciler.containment import Failure
from reconciler.controllers import CONTROLLERS
from reconciler.loop.apply import Applier
from reconciler.loop.asking import Asking
from reconciler.loop.cycle import Cycle, Pass
from reconciler.loop.environment import Converging
from reconciler.model.decision import Phase
from reconciler.model.ids import Address
from reconciler.ports.engines import Engines
from reconciler.ports.pool import JobOrder
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.memory import (
    MemoryData,
    MemoryForge,
    MemoryPool,
    MemoryServing,
    MemorySource,
    MemoryStatus,
    World,
)
from reconciler.providers.memory.serving import Start, usual_start
from reconciler.providers.memory.workers import Outcome, Read, plausible
from reconciler.status.elsewhere import Elsewhere

ROOT = Path(__file__).parents[2]
DEPLOYMENT, PROMOTION = Address("deployments/employment"), Address("promotions/employment")


def sample() -> dict[str, str]:
    """Read the sample repository as it is shipped."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_text()
        for folder in ("specs", "environments")
        for path in (ROOT / folder).rglob("*.yaml")
    }


def calm(order: JobOrder, read: Read) -> Outcome:
    """Do plausible work, and see no drift: an alert would rightly retrain, and this is another story."""
    done = plausible(order, read)
    if order.request.get("runner") != "monitor" or "result.json" not in done.files:
        return done
    result = json.loads(done.files["result.json"])
    result["facts"]["alerts"] = []
    return replace(done, files={**done.files, "result.json": json.dumps(result).encode()})


class Life:
    """One environment of a repository in memory, and the time that passes in it."""

    def __init__(
        self,
        world: World,
        source: MemorySource,
        environment: str,
        start: Callable[[RevisionOrder], Start] = usual_start,
        asking: Asking | None = None,
    ) -> None:
        self.world, self.source = world, source
        self.defects: list[Failure] = []
        self.status = MemoryStatus(world, environment)
        data = MemoryData(world, environment)
        self.forge = MemoryForge(world, source, environment)
        self.engines = Engines(
            data,
            data,
            MemoryPool(world, worker=calm),
            MemoryServing(world, environment, start=start),
            self.forge,
            world.clock,
        )
        cache = Cache()
        elsewhere = Elsewhere(lambda name: MemoryStatus(world, name))
        self.converging = Converging(
            source,
            self.status,
            lambda commit: compose(source.tree(commit), environment, cache),
            build=lambda _: self.engines,
            make_cycle=lambda engines: Cycle(
                lambda commit: compose(source.tree(commit), environment, cache),
                engines,
                self.status,
                controllers=CONTROLLERS,
                applier=Applier(
                    engines, lambda tree: f"memory://{tree}", lambda: True, ask=asking.ask if asking else None
                ),
                tell=lambda _, failure: self.defects.append(failure),
                elsewhere=elsewhere.read,
                answers=asking.answers if asking else dict,
            ),
            elsewhere=elsewhere.moved,
        )

    def once(self) -> Pass:
        """Make one pass."""
        commit = self.converging.head()
        assert commit is not None
        return self.converging.run(commit)

    def live(self, passes: int = 300) -> Pass:
        """Make passes until only schedules and people would change anything."""
        for _ in range(passes):
            done = self.once()
            if done.outcomes or self.converging.settle():
                continue
            soon = self.world.clock.now() + timedelta(minutes=1)
            moments = [m for m in (self.world.next_event(), done.plan.wake) if m and m <= soon]
            if not moments and not self.world.next_event():
                return done
            upcoming = min(moments, default=self.world.next_event()) or soon
            self.world.clock.advance(max((upcoming - self.world.clock.now()).total_seconds(), 0.0) + 0.001)
        raise AssertionError(f"it does not come to rest: {done.plan.changes}")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def source(world: World) -> MemorySource:
    found = MemorySource(world)
    found.commit(sample(), message="Begin")
    return found


def test_dev_goes_from_specs_to_a_promoted_endpoint_by_itself(world: World, source: MemorySource) -> None:
    life = Life(world, source, "dev")
    done = life.live()
    assert not life.defects
    assert done.plan.phase(Phase.STALLED) == ()
    assert done.plan.decisions[DEPLOYMENT].reason == "Serving"
    assert done.plan.decisions[PROMOTION].reason == "Promoted"


def test_a_pass_with_nothing_to_do_writes_nothing(world: World, source: MemorySource) -> None:
    life = Life(world, source, "dev")
    life.live()
    before = dict(world.calls)
    done = life.once()
    written = {verb for verb, count in world.calls.items() if count != before.get(verb, 0)}
    assert not done.outcomes
    assert done.status_commit is None
    assert written <= {"source.head", "source.tree", "status.read"} | {
        f"{port}.list" for port in ("data", "pool", "serving", "forge")
    }


def test_prod_changes_nothing_until_the_merge(world: World, source: MemorySource) -> None:
    life = Life(world, source, "prod")
    done = life.live()
    assert done.plan.decisions[PROMOTION].reason == "WaitsForReview"
    assert done.plan.decisions[DEPLOYMENT].reason == "NoModel"
    name = str(done.plan.decisions[PROMOTION].facts["proposal"])
    life.forge.merge(name)
    done = life.live()
    assert done.plan.decisions[DEPLOYMENT].reason == "Serving"
    assert not life.forge.list().keys() & {name}


def test_prod_takes_over_what_dev_has_made_and_runs_nothing_again(world: World, source: MemorySource) -> None:
    Life(world, source, "dev").live()
    submitted = world.calls["pool.submit"]
    done = Life(world, source, "prod").live()
    assert done.plan.decisions[PROMOTION].reason == "WaitsForReview"
    assert world.calls["pool.submit"] == submitted, "the comparison without a live model was made in dev too"


def test_a_reverted_promotion_brings_the_former_state_back_and_is_not_proposed_again(
    world: World, source: MemorySource
) -> None:
    life = Life(world, source, "dev")
    life.live()
    source.commit({"environments/dev/deployments/employment.yaml": None}, message="Revert the promotion")
    done = life.live()
    assert done.plan.decisions[PROMOTION].reason == "RolledBack"
    assert done.plan.decisions[DEPLOYMENT].reason == "NoModel"


def test_a_daemon_without_memory_converges_to_the_same_place(world: World, source: MemorySource) -> None:
    life = Life(world, source, "dev")
    life.live()
    files = dict(life.status.read().files)
    calls = dict(world.calls)
    again = Life(world, source, "dev")
    done = again.live()
    assert not done.outcomes
    assert dict(again.status.read().files) == files
    assert world.calls["pool.submit"] == calls["pool.submit"]
