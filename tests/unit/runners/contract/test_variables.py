"""What every pool tells a job of itself."""

from runners.contract.variables import told


def test_a_job_is_told_which_it_is_and_what_it_has() -> None:
    assert told("experiments/e/0123456789ab", 2, cpus=1.5, memory=2.0**31, gpus=2) == {
        "SETPOINT_RUN": "experiments/e/0123456789ab",
        "SETPOINT_ATTEMPT": "2",
        "SETPOINT_CPUS": "1.5",
        "SETPOINT_MEMORY": "2147483648",
        "SETPOINT_GPUS": "2",
        "PYTHONUNBUFFERED": "1",
    }
