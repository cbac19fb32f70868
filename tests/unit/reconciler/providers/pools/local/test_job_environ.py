"""What a job finds around it."""

import pytest

from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.spec import Resources
from reconciler.ports.pool import JobOrder
from reconciler.providers.pools.local.job_environ import THREADS, devices_of, job_environ, pick


def order(**asked: float) -> JobOrder:
    resources = Resources.model_validate(asked)
    return JobOrder(RunName("experiments/e/0123456789ab"), Address("pools/shared"), "risk", resources, 60.0, attempt=2)


def test_a_job_inherits_what_the_pool_has() -> None:
    found = job_environ(order(), (), {"PATH": "/bin", "SETPOINT_SECRET_WAREHOUSE": "sqlite://"})
    assert (found["PATH"], found["SETPOINT_SECRET_WAREHOUSE"]) == ("/bin", "sqlite://")


def test_a_job_knows_who_it_is_and_what_it_has() -> None:
    found = job_environ(order(cpus=1.5, memory=2**30, gpus=1), ("3",), {})
    assert found["SETPOINT_RUN"] == "experiments/e/0123456789ab"
    assert found["SETPOINT_ATTEMPT"] == "2"
    assert found["SETPOINT_CPUS"] == "1.5"
    assert found["SETPOINT_MEMORY"] == str(2**30)
    assert found["SETPOINT_GPUS"] == "1"
    assert found["CUDA_VISIBLE_DEVICES"] == "3"


def test_a_job_without_gpus_sees_none() -> None:
    assert job_environ(order(), (), {"CUDA_VISIBLE_DEVICES": "0,1"})["CUDA_VISIBLE_DEVICES"] == ""


@pytest.mark.parametrize(("cpus", "threads"), [(0.5, "1"), (1.0, "1"), (3.9, "3"), (16.0, "16")])
def test_libraries_start_as_many_threads_as_were_asked_for(cpus: float, threads: str) -> None:
    found = job_environ(order(cpus=cpus), (), {"OMP_NUM_THREADS": "64"})
    assert {found[name] for name in THREADS} == {threads}


def test_devices_are_those_that_the_daemon_was_given() -> None:
    assert devices_of({}, 2) == ("0", "1")
    assert devices_of({"CUDA_VISIBLE_DEVICES": ""}, 2) == ("0", "1")
    assert devices_of({"CUDA_VISIBLE_DEVICES": "4, GPU-8932f937"}, 8) == ("4", "GPU-8932f937")


def test_devices_are_picked_among_the_free_ones() -> None:
    assert pick(("0", "1", "2"), ("0",), 2) == ("1", "2")
    assert pick(("0", "1", "2"), ("0", "2"), 2) is None
    assert pick((), (), 0) == ()
