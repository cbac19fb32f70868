"""What a job that is launched sees of its node's environment."""

from runners.contract.order import Order
from runners.launcher.job_environ import job_environ


def test_a_job_finds_what_is_its_own_and_what_its_node_has() -> None:
    order = Order("experiments/e/0123456789ab", 2, ("train",), 60.0, 5.0, cpus=1.5, memory=2.0**31, gpus=2)
    environ = {
        "SETPOINT_ORDER": "x",
        "SETPOINT_REQUEST": "y",
        "SETPOINT_SECRET_X": "hush",
        "CUDA_VISIBLE_DEVICES": "3,4",
    }
    assert job_environ(order, environ) == {
        "SETPOINT_SECRET_X": "hush",
        "CUDA_VISIBLE_DEVICES": "3,4",
        "SETPOINT_RUN": "experiments/e/0123456789ab",
        "SETPOINT_ATTEMPT": "2",
        "SETPOINT_CPUS": "1.5",
        "SETPOINT_MEMORY": "2147483648",
        "SETPOINT_GPUS": "2",
        "PYTHONUNBUFFERED": "1",
    }
