"""From records to situations, and to what jobs wait for."""

from typing import Any

from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Capacity, Pool
from reconciler.model.kinds.spec import Resources
from reconciler.ports.pool import JobOrder
from reconciler.providers.pools.local.admission import Verdict
from reconciler.providers.pools.local.queues import never_fits, reasons, situations, unplaced
from reconciler.providers.pools.local.records import Admission, Exit, Process, Record

SHARED, OTHER = Address("pools/shared"), Address("pools/other")
POOLS = {SHARED: Pool(capacity=Capacity(cpus=2)), OTHER: Pool()}
NOW = 10_000.0


def record(
    run: str, pool: Address = SHARED, team: str = "risk", asked: dict[str, Any] | None = None, **known: Any
) -> Record:
    return Record(JobOrder(RunName(run), pool, team, Resources(**(asked or {})), 60.0), 100.0, **known)


def test_records_are_sorted_by_pool_and_state() -> None:
    records = [
        record("w"),
        record("r", admission=Admission(200.0)),
        record("e", admission=Admission(200.0), exit=Exit(300.0, 0)),
        record("o", OTHER),
        record("lost", Address("pools/nowhere")),
    ]
    other, shared = situations(POOLS, records, [], NOW)
    assert [claim.run for claim in shared.waiting] == ["w"]
    assert [(claim.run, claim.since) for claim in shared.running] == [("r", 200.0)]
    assert [claim.run for claim in other.waiting] == ["o"]


def test_jobs_that_are_being_stopped_hold_what_they_have() -> None:
    leaving = record("c", admission=Admission(200.0), process=Process(1, "x"))
    _, shared = situations(POOLS, [], [leaving], NOW)
    assert [claim.run for claim in shared.running] == ["c"]


def test_what_was_used_of_late_is_told_where_somebody_waits() -> None:
    hour = record("e", team="vision", admission=Admission(NOW - 3600), exit=Exit(NOW, 0))
    never_ran = record("f", team="ops", exit=Exit(NOW, None, message="refused"))
    _, shared = situations(POOLS, [hour, never_ran, record("w")], [], NOW)
    assert 0.2 < shared.recent["vision"] < 0.5
    assert "ops" not in shared.recent
    _, idle = situations(POOLS, [hour], [], NOW)
    assert idle.recent == {}


def test_every_job_of_a_pool_has_its_reason() -> None:
    found = situations(POOLS, [record("a"), record("b")], [], NOW)
    verdicts = [Verdict((), {}), Verdict((RunName("a"),), {RunName("b"): "waits"})]
    assert reasons(found, verdicts) == {"a": "pools/shared lets it in next", "b": "waits"}


def test_a_job_without_a_pool_is_told_which_file_is_missing() -> None:
    assert "specs/pools/gpus.yaml" in unplaced(Address("pools/gpus"))


def test_what_never_fits_is_told() -> None:
    assert never_fits(POOLS, record("a")) == ""
    assert "3 cpus" in never_fits(POOLS, record("a", asked={"cpus": 3}))
    assert "2 nodes" in never_fits(POOLS, record("a", asked={"nodes": 2}))
    assert never_fits(POOLS, record("a", Address("pools/nowhere"), asked={"cpus": 3})) == ""
