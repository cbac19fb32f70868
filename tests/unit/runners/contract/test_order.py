"""An order as the launcher reads it from its environment."""

import json
import zlib
from base64 import b64encode

import pytest

from runners.contract.formats import UnknownFormat
from runners.contract.order import Order, read_order

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
        {"SETPOINT_ORDER": "[]", "SETPOINT_REQUEST": ""},
        {"SETPOINT_ORDER": json.dumps(TOLD), "SETPOINT_REQUEST_PACKED": "eA=="},
    ],
)
def test_half_an_order_is_none(environ: dict[str, str]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, zlib.error)):
        read_order(environ)


def test_what_a_newer_daemon_adds_is_left_out() -> None:
    order, _ = read_order({"SETPOINT_ORDER": json.dumps({**TOLD, "format": 1, "later": 1}), "SETPOINT_REQUEST": ""})
    assert order == Order(**{**TOLD, "command": ["train"]})


def test_a_newer_order_is_told_from_none() -> None:
    with pytest.raises(UnknownFormat, match="it is of format 2, and only format 1 is known here") as error:
        read_order({"SETPOINT_ORDER": json.dumps({"format": 2, "what": "is different"})})
    assert error.value.is_newer
