"""The audit: each promise is seen to break when it is broken."""

from collections.abc import Iterator

import pytest

from reconciler.conformance.pools import order
from reconciler.model.errors import Unavailable
from reconciler.model.ids import Address, RunName
from reconciler.model.resource import Desired
from reconciler.providers.memory import MemoryData, MemoryPool, MemoryServing, World
from reconciler.providers.memory.faults import Fault, Faults
from reconciler.simulation.audit import BUDGET, KEPT, ONCE, REMEMBERED, UNREAD, Audit
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS

RUN = RunName(f"{LOANS}/0123456789ab")


class Watched:
    """A world with an audit, in which only listings break off, and only when asked to."""

    def __init__(self) -> None:
        self.world, self.faults = World(), Faults(1, 2.0, (Fault.CUT,))
        self.faults.active = False
        self.audit = Audit(self.world, "dev", self.faults)
        self.data, self.pool = MemoryData(self.world), MemoryPool(self.world)

    def begin(self, desired: Desired, limit: int = 1) -> None:
        self.audit.begin(desired, limit)

    def version(self) -> None:
        """Leave an accepted version of the run."""
        self.data.open(RUN)
        self.data.commit(RUN, {})
        self.data.merge(RUN)

    @property
    def promises(self) -> list[str]:
        return [violation.promise for violation in self.audit.violations]


@pytest.fixture
def watched() -> Iterator[Watched]:
    found = Watched()
    with found.audit.watching():
        yield found


def test_what_people_do_beside_the_daemon_is_no_call_of_its_own() -> None:
    found = Watched()
    with found.audit.watching():
        found.begin(stage.desired(stage.resource(LOANS)))
    found.version()
    found.data.drop(RUN, accepted=True)
    assert found.promises == []


def test_a_deletion_after_a_listing_broke_off_is_seen(watched: Watched) -> None:
    watched.begin(stage.desired(stage.resource(LOANS)))
    watched.data.open(RUN)
    watched.faults.active = True
    with pytest.raises(Unavailable):
        watched.data.list()
    watched.data.drop(RUN, accepted=True)
    assert watched.promises == [UNREAD]
    assert any("broke" in call or "breaks off" in call for call in watched.audit.violations[0].calls)


def test_a_deletion_in_the_pass_after_it_is_no_harm(watched: Watched) -> None:
    watched.faults.active = True
    with pytest.raises(Unavailable):
        watched.data.list()
    watched.begin(stage.desired(stage.resource(LOANS)))
    watched.data.drop(RUN, accepted=True)
    assert watched.promises == []


def test_more_removals_than_the_budget_are_seen(watched: Watched) -> None:
    serving = MemoryServing(watched.world)
    watched.begin(stage.desired(), limit=1)
    serving.delete(Address("deployments/a"))
    assert watched.promises == []
    serving.delete(Address("deployments/b"))
    assert watched.promises == [BUDGET]


def test_removals_that_a_person_approved_do_not_count(watched: Watched) -> None:
    watched.begin(stage.desired(), limit=0)
    watched.audit.approve([Address("deployments/a")])
    MemoryServing(watched.world).delete(Address("deployments/a"))
    assert watched.promises == []


def test_a_version_that_goes_without_a_word_of_its_spec_is_seen(watched: Watched) -> None:
    watched.version()
    watched.begin(stage.desired(stage.resource(LOANS)))
    watched.data.drop(RUN, accepted=True)
    assert watched.promises == [KEPT]


def test_a_version_that_goes_as_its_spec_says_is_no_harm(watched: Watched) -> None:
    watched.version()
    watched.begin(stage.desired(stage.resource(LOANS, keep=1)))
    watched.data.drop(RUN, accepted=True)
    assert watched.promises == []


def test_a_run_that_is_made_again_is_seen(watched: Watched) -> None:
    watched.begin(stage.desired(stage.resource(LOANS)))
    watched.version()
    watched.pool.submit(order(RUN))
    assert watched.promises == [ONCE]


def test_the_same_harm_is_told_once_and_the_story_is_short(watched: Watched) -> None:
    for number in range(3 * REMEMBERED):
        watched.audit.tell(str(number))
    watched.audit.broken(ONCE, "it was made again")
    watched.audit.broken(ONCE, "it was made again")
    (violation,) = watched.audit.violations
    assert len(violation.calls) == REMEMBERED
