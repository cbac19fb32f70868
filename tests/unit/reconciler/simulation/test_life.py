"""A life: environments side by side, and the rest that they come to."""

from reconciler.model.decision import Phase
from reconciler.providers.memory import MemorySource
from reconciler.providers.memory.data import DataRoom
from reconciler.providers.memory.faults import Faults
from reconciler.simulation.life import Life
from tests.unit.reconciler.simulation.sample import sample


def life(*environments: str) -> Life:
    found = Life(environments or ("dev",), lambda _: Faults(3, rate=0.0))
    found.commit(sample(), "begin")
    return found


def test_a_life_comes_to_rest() -> None:
    told = life().rest()
    assert told is not None
    (done,) = told
    assert done.plan.phase(Phase.RECONCILING) == ()
    assert done.plan.decisions.keys() == done.desired.resources.keys()


def test_environments_share_what_is_made_and_each_comes_to_rest() -> None:
    found = life("dev", "prod")
    told = found.rest()
    assert told is not None
    assert [done.plan.environment for done in told] == ["dev", "prod"]
    kept = [tag.kept_by for tag in found.world.room(DataRoom).tags.values()]
    assert {"dev", "prod"} in kept


def test_a_proposal_that_is_merged_lets_no_rewritten_history_in() -> None:
    found = life()
    (machine,) = found.machines
    while not machine.forge.list():
        machine.step()
        found.pass_time(300.0)
    before = sample()
    MemorySource(found.world).commit({path: text for path, text in before.items() if "digits" not in path}, parents=())
    told = found.rest()
    assert told is not None
    assert any("doesn't descend" in note for note in told[0].plan.notes)
    assert "datasets/digits" in told[0].desired.resources


def test_time_stops_where_something_happens() -> None:
    found = life()
    while found.world.next_event() is None:
        found.step()
    event = found.world.next_event()
    assert event is not None
    found.pass_time(10 * 3600.0)
    assert event <= found.world.clock.now() <= event.replace(microsecond=999_999)


def test_a_person_approves_of_removals_above_the_budget() -> None:
    found = life()
    found.rest()
    patches = dict.fromkeys(f"environments/dev/{spec}/employment.yaml" for spec in ("deployments", "promotions"))
    found.commit({**dict.fromkeys(path for path in sample() if path.startswith("specs/")), **patches}, "remove all")
    told = found.rest()
    assert told is not None
    assert not told[0].actual.endpoints
    assert told[0].actual.data.versions, "data stays"
    assert not found.machines[0].audit.violations
