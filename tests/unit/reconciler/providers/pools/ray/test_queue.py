"""Who may start on a cluster, what never can, and why the others wait."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.fairness.amounts import Amounts
from reconciler.model.ids import RunName
from reconciler.model.kinds.pools import Capacity, Pool
from reconciler.providers.pools.ray.jobs_api import ClusterJob
from reconciler.providers.pools.ray.queue import SLOW_START, STARTING, STOPPING, Moment, look, never_fit
from reconciler.providers.pools.ray.records import Record
from tests.unit.reconciler.providers.pools.ray.conftest import SHARED, order

NOW = 1000.0
POOLS = {SHARED: Pool(capacity=Capacity(cpus=4, memory=64 * 2**30, gpus=8))}


def waiting(run: str, **told: Any) -> Record:
    return Record(order(run, **told), NOW - 10)


def let_in(run: str, status: str, since: float = NOW, **told: Any) -> Record:
    return Record(order(run, **told), NOW - 100, since, job=ClusterJob(type="SUBMISSION", status=status))


def moment(*records: Record, **told: Any) -> Moment:
    return Moment(**{"pools": POOLS, "records": {record.run: record for record in records}, "now": NOW, **told})


def test_those_who_fit_start_and_the_others_are_told_why() -> None:
    starting, told = look(moment(let_in("a", "RUNNING", cpus=2), waiting("b", cpus=2), waiting("c", cpus=2)))
    assert starting == ("b",)
    assert told["b"] == "pools/shared lets it in next"
    assert "waits for 2 cpus" in told["c"]
    assert "a" not in told


def test_what_the_cluster_hasn_t_started_holds_its_place() -> None:
    starting, told = look(moment(let_in("a", "PENDING", cpus=3), waiting("b", cpus=2)))
    assert starting == ()
    assert told["a"] == STARTING


def test_several_nodes_take_several_places() -> None:
    assert look(moment(waiting("a", cpus=2, nodes=2), waiting("b")))[0] == ("a",)


def test_a_cancelled_job_holds_its_place_until_it_has_stopped() -> None:
    stopping = let_in("a", "RUNNING", cpus=3)
    assert look(moment(waiting("b", cpus=2), stopping=(stopping,)))[0] == ()
    starting, told = look(moment(waiting("b"), blocked={RunName("b")}))
    assert (starting, told) == ((), {"b": STOPPING})


def test_one_that_the_cluster_wouldn_t_take_is_passed_by() -> None:
    starting, told = look(moment(waiting("a", cpus=4), waiting("b", cpus=4), set_aside={RunName("a"): "odd"}))
    assert (starting, told["a"]) == (("b",), "odd")


def test_a_job_without_a_pool_waits_for_it() -> None:
    assert "specs/pools/gone.yaml" in look(moment(waiting("a", pool="pools/gone")))[1]["a"]


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        ((), ("waits for a node of the cluster with 1 cpu, 2 GiB of memory, 4 gpus free",)),
        ((Amounts(8, 2.0**40, 8),), ("waits for a node of the cluster with",)),
        ((Amounts(8, 2.0**40, 2), Amounts(64, 2.0**40)), ("no node of the cluster has 4 gpus", "has 2 gpus")),
    ],
)
def test_a_cluster_that_is_slow_to_start_a_job_is_told_to_lack_room(
    nodes: tuple[Amounts, ...], words: tuple[str, ...]
) -> None:
    pending = let_in("a", "PENDING", NOW - SLOW_START, gpus=4)
    told = look(moment(pending, nodes=nodes))[1]["a"]
    assert all(word in told for word in words), told


def test_what_can_never_fit_is_told_once_its_pool_is_there() -> None:
    records = (waiting("a", cpus=5), waiting("b", gpus=3, nodes=3), waiting("c", pool="pools/gone", cpus=99))
    found = {
        record.run: why for record, why in never_fit(moment(*records, waiting("d"), let_in("e", "RUNNING", cpus=9)))
    }
    assert found.keys() == {"a", "b"}
    assert "asks for 5 cpus and pools/shared has 4 cpus" in found[RunName("a")]
    assert "9 gpus" in found[RunName("b")]
    assert "lower resources.nodes" in found[RunName("b")]


def test_a_kind_of_gpu_that_the_pool_hasn_t_got_never_fits() -> None:
    ((_, why),) = never_fit(moment(waiting("a", gpus=1, gpu_kind="a100")))
    assert "has no kinds" in why


def test_an_image_never_fits() -> None:
    asked = waiting("a")
    asked = replace(asked, order=replace(asked.order, image="example.com/train:1"))
    ((_, why),) = never_fit(moment(asked))
    assert why.startswith("asks for the image example.com/train:1")
