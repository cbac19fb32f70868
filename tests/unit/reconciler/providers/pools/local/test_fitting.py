"""What can never run on one machine is told with what to change."""

from dataclasses import replace
from typing import Any

from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Capacity, Pool
from reconciler.model.kinds.spec import Resources
from reconciler.ports.pool import JobOrder
from reconciler.providers.pools.local.fitting import never_fits
from reconciler.providers.pools.local.records import Record

SHARED = Address("pools/shared")
POOLS = {SHARED: Pool(capacity=Capacity(cpus=2))}


def record(pool: Address = SHARED, **asked: Any) -> Record:
    return Record(JobOrder(RunName("a"), pool, "risk", Resources(**asked), 60.0), 100.0)


def test_what_never_fits_is_told() -> None:
    assert never_fits(POOLS, record()) == ""
    assert "3 cpus" in never_fits(POOLS, record(cpus=3))
    assert "2 nodes" in never_fits(POOLS, record(nodes=2))
    assert never_fits(POOLS, record(Address("pools/nowhere"), cpus=3)) == ""


def test_a_kind_of_gpu_that_isn_t_there_never_fits() -> None:
    assert "no kinds" in never_fits(POOLS, record(gpus=1, gpu_kind="a100"))


def test_an_image_is_refused_where_no_containers_run() -> None:
    asked = record()
    asked = replace(asked, order=replace(asked.order, image="example.com/train:1"))
    assert never_fits(POOLS, asked) == (
        "asks for the image example.com/train:1 and the jobs of pools/shared run in no containers: leave runner.image "
        "out, or use a pool on Kubernetes"
    )
