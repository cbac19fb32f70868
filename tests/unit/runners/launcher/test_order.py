"""An order as the launcher reads it from its environment."""

import json
import zlib
from base64 import b64encode

import pytest

from runners.launcher.order import Order, job_environ, read_order

TOLD = {"run": "experiments/e/0123456789ab", "attempt": 2, "command": ["train"], "timeout": 60.0, "grace": 5.0}


def test_an_order_is_read() -> None:
    order, request = read_order({"SETPOINT_ORDER": json.dumps({**TOLD, "nodes": 3}), "SETPOINT_REQUEST": "{}"})
    assert (order.run, order.nodes, order.cpus, request) == (TOLD["run"], 3, 1.0, "{}")
    assert order.headline == "setpoint: attempt 2 of 'experiments/e/0123456789ab' begins"


def test_a_packed_request_is_unpacked() -> None:
    packed = b64encode(zlib.compress('{"ä": 1}'.encode())).decode()
    environ = {"SETPOINT_ORDER": json.dumps(TOLD), "SETPOINT_REQUEST_PACKED": packed}
    assert read_order(environ)[1] == '{"ä": 1}'


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"SETPOINT_ORDER": "{}", "SETPOINT_REQUEST": ""},
        {"SETPOINT_ORDER": "[", "SETPOINT_REQUEST": ""},
        {"SETPOINT_ORDER": json.dumps(TOLD)},
        {"SETPOINT_ORDER": json.dumps({**TOLD, "later": 1}), "SETPOINT_REQUEST": ""},
        {"SETPOINT_ORDER": json.dumps(TOLD), "SETPOINT_REQUEST_PACKED": "eA=="},
    ],
)
def test_half_an_order_is_none(environ: dict[str, str]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, zlib.error)):
        read_order(environ)


def test_a_job_finds_what_is_its_own_and_what_its_node_has() -> None:
    order = Order(**{**TOLD, "cpus": 1.5, "memory": 2.0**31, "gpus": 2})
    environ = {
        "SETPOINT_ORDER": "x",
        "SETPOINT_REQUEST": "y",
        "SETPOINT_SECRET_X": "hush",
        "CUDA_VISIBLE_DEVICES": "3,4",
    }
    found = job_environ(order, environ)
    assert found == {
        "SETPOINT_SECRET_X": "hush",
        "CUDA_VISIBLE_DEVICES": "3,4",
        "SETPOINT_RUN": TOLD["run"],
        "SETPOINT_ATTEMPT": "2",
        "SETPOINT_CPUS": "1.5",
        "SETPOINT_MEMORY": "2147483648",
        "SETPOINT_GPUS": "2",
        "PYTHONUNBUFFERED": "1",
    }
