"""From tickets to situations, and to what jobs wait for."""

from typing import Any

from reconciler.model.fairness.admission import Verdict
from reconciler.model.fairness.amounts import Amounts
from reconciler.model.fairness.queues import Ticket, reasons, situations, unplaced
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Capacity, Pool

SHARED, OTHER = Address("pools/shared"), Address("pools/other")
POOLS = {SHARED: Pool(capacity=Capacity(cpus=2)), OTHER: Pool()}
NOW = 10_000.0


def ticket(run: str, pool: Address = SHARED, team: str = "risk", **known: Any) -> Ticket:
    return Ticket(RunName(run), pool, team, Amounts(1.0, 2.0**31), 60.0, 100.0, **known)


def test_tickets_are_sorted_by_pool_and_by_whether_they_run() -> None:
    tickets = [
        ticket("w"),
        ticket("r", admitted=200.0),
        ticket("e", admitted=200.0, ended=300.0),
        ticket("refused", ended=300.0),
        ticket("o", OTHER),
        ticket("lost", Address("pools/nowhere")),
    ]
    other, shared = situations(POOLS, tickets, [], NOW)
    assert [claim.run for claim in shared.waiting] == ["w"]
    assert [(claim.run, claim.since) for claim in shared.running] == [("r", 200.0)]
    assert [claim.run for claim in other.waiting] == ["o"]


def test_jobs_that_are_being_stopped_hold_what_they_have() -> None:
    _, shared = situations(POOLS, [], [ticket("c", admitted=200.0)], NOW)
    assert [claim.run for claim in shared.running] == ["c"]


def test_what_was_used_of_late_is_told_where_somebody_waits() -> None:
    hour = ticket("e", team="vision", admitted=NOW - 3600, ended=NOW)
    never_ran = ticket("f", team="ops", ended=NOW)
    _, shared = situations(POOLS, [hour, never_ran, ticket("w")], [], NOW)
    assert 0.2 < shared.recent["vision"] < 0.5
    assert "ops" not in shared.recent
    _, idle = situations(POOLS, [hour], [], NOW)
    assert idle.recent == {}


def test_every_job_of_a_pool_has_its_reason() -> None:
    found = situations(POOLS, [ticket("a"), ticket("b")], [], NOW)
    verdicts = [Verdict((), {}), Verdict((RunName("a"),), {RunName("b"): "waits"})]
    assert reasons(found, verdicts) == {"a": "pools/shared lets it in next", "b": "waits"}


def test_a_job_without_a_pool_is_told_which_file_is_missing() -> None:
    assert "specs/pools/gpus.yaml" in unplaced(Address("pools/gpus"))
