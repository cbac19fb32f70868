"""A machine: engines that live on, and a daemon on them that can die."""

from reconciler.model.decision import Standing
from reconciler.providers.memory.faults import Fault, Faults
from reconciler.simulation.audit import SOUND
from reconciler.simulation.machine import Machine
from tests.unit.reconciler.simulation.sample import sample


def machine(*kinds: Fault, rate: float = 0.1) -> Machine:
    found = Machine("dev", Faults(3, rate if kinds else 0.0, kinds))
    found.source.commit(sample())
    return found


def test_a_machine_comes_to_rest() -> None:
    done = machine().rest()
    assert done is not None
    assert done.plan.standing(Standing.RECONCILING) == ()
    assert done.plan.decisions.keys() == done.desired.resources.keys()


def test_a_daemon_that_died_is_followed_by_another() -> None:
    found = machine(Fault.DIES_BEFORE, Fault.DIES_AFTER)
    told = [found.step() for _ in range(60)]
    assert None in told
    assert any(told)
    assert not found.audit.violations


def test_a_pass_that_cannot_be_made_breaks_nothing() -> None:
    found = machine(Fault.ERROR_BEFORE, rate=2.0)
    assert found.step() is None
    assert not found.audit.violations


def test_a_defect_breaks_a_promise() -> None:
    found = machine()
    found.source.room.blobs.clear()
    assert found.step() is None
    assert [violation.promise for violation in found.audit.violations] == [SOUND]


def test_time_stops_where_something_happens() -> None:
    found = machine()
    while found.world.next_event() is None:
        found.step()
    event = found.world.next_event()
    assert event is not None
    found.pass_time(10 * 3600.0)
    assert event <= found.world.clock.now() <= event.replace(microsecond=999_999)


def test_a_person_approves_of_removals_above_the_budget() -> None:
    found = machine()
    found.rest()
    patches = dict.fromkeys(f"environments/dev/{spec}/employment.yaml" for spec in ("deployments", "promotions"))
    found.source.commit({**dict.fromkeys(path for path in sample() if path.startswith("specs/")), **patches})
    done = found.rest()
    assert done is not None
    assert not done.actual.endpoints
    assert done.actual.data.versions, "data stays"
    assert not found.audit.violations
