"""A machine: the daemon of one environment, which can die while its engines live on."""

from collections.abc import Mapping

from reconciler.model.observed import JobState
from reconciler.providers.memory import MemorySource, World
from reconciler.providers.memory.faults import Fault, Faults
from reconciler.providers.memory.pool import PoolRoom
from reconciler.providers.memory.source import SourceRoom
from reconciler.simulation.audit import SOUND
from reconciler.simulation.backend import InMemory
from reconciler.simulation.machine import Machine, usual
from tests.unit.reconciler.simulation.sample import sample


def machine(*kinds: Fault, rate: float = 0.1, files: Mapping[str, bytes] | None = None) -> Machine:
    world = World()
    MemorySource(world).commit(files or sample())
    return Machine(world, InMemory(world), "dev", Faults(3, rate if kinds else 0.0, kinds), usual(world))


def test_a_daemon_that_died_is_followed_by_another() -> None:
    found = machine(Fault.DIES_BEFORE, Fault.DIES_AFTER)
    told = [found.step() for _ in range(60)]
    assert None in told
    assert any(told)
    assert not found.audit.violations


def test_a_daemon_that_is_killed_is_too() -> None:
    found = machine()
    found.step()
    found.kill()
    assert found.step() is not None


def test_a_pass_that_cannot_be_made_breaks_nothing() -> None:
    found = machine(Fault.ERROR_BEFORE, rate=2.0)
    assert found.step() is None
    assert not found.audit.violations


def test_a_job_that_crashes_is_tried_again() -> None:
    found = machine(Fault.CRASH, rate=1.0)
    jobs = found.world.room(PoolRoom).jobs
    for _ in range(20):
        found.step()
        found.world.clock.advance(60)
    assert max(held.order.attempt for held in jobs.values()) > 5
    found.faults.active = False
    for _ in range(21):
        found.step()
        found.world.clock.advance(3600)
    assert {held.state for held in jobs.values()} == {JobState.SUCCEEDED}
    assert not found.audit.violations


def test_a_defect_breaks_a_promise() -> None:
    found = machine()
    found.world.room(SourceRoom).blobs.clear()
    assert found.step() is None
    assert [violation.promise for violation in found.audit.violations] == [SOUND]
