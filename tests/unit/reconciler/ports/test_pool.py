"""An order as pools write it down."""

import json
from types import MappingProxyType

import pytest

from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.spec import Resources
from reconciler.ports.pool import JobOrder, order_as_json, order_from_json, request_as_json

ORDER = JobOrder(
    RunName("experiments/e/0123456789ab"), Address("pools/shared"), "risk", Resources(cpus=2, gpus=1), 90.0, attempt=3
)


def requesting(**request: object) -> JobOrder:
    return JobOrder(ORDER.run, ORDER.pool, "risk", Resources(), 1.0, request)


def test_an_order_is_written_and_read() -> None:
    assert order_from_json(json.loads(json.dumps(order_as_json(ORDER)))) == ORDER


def test_a_request_is_not_in_the_order() -> None:
    assert "secret" not in json.dumps(order_as_json(requesting(params={"url": "${secret:X}"})))


def test_an_order_that_tells_no_format_is_read_and_what_a_newer_daemon_adds_is_left_out() -> None:
    told = order_as_json(ORDER)
    assert told.pop("format") == 1
    assert order_from_json(told) == ORDER
    assert order_from_json({**told, "format": 1, "zone": "a", "resources": {**told["resources"], "disk": 7}}) == ORDER
    with pytest.raises(ValueError, match="it is of format 2"):
        order_from_json({**told, "format": 2})


@pytest.mark.parametrize("told", [{}, [], {"run": "x"}, {"run": 1, "pool": 2, "team": 3, "resources": 4}])
def test_half_an_order_is_none(told: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        order_from_json(told)


def test_a_request_is_written_as_json() -> None:
    told = json.loads(request_as_json(requesting(params=MappingProxyType({"a": (1, 2), "b": frozenset({3})}))))
    assert told == {"params": {"a": [1, 2], "b": [3]}}


def test_what_json_has_no_word_for_is_told() -> None:
    with pytest.raises(TypeError, match="which JSON has no word for"):
        request_as_json(requesting(params=object()))
