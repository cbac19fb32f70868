"""`/healthz`, `/readyz` and `/metrics` over a real socket."""

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.loop.health import Metrics, Pulse
from reconciler.model.errors import Refused
from reconciler.web.health import STUCK, Driven, app, serve
from tests.unit.reconciler.stage import NOW


@pytest.fixture
def held() -> list[bool]:
    """Return whether the lease is held, to be set."""
    return [False]


@pytest.fixture
def pulse(held: list[bool]) -> Pulse:
    return Pulse(NOW, lambda: held[0])


@pytest.fixture
def address(pulse: Pulse) -> Iterator[str]:
    found, stop = serve("127.0.0.1:0", app([Driven("", "dev", pulse, Metrics("dev"))], lambda: NOW))
    yield found
    stop()


def get(address: str, path: str) -> tuple[int, str, bytes]:
    try:
        with urllib.request.urlopen(f"http://{address}{path}", timeout=5) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read()


def told(address: str, path: str) -> tuple[int, Any]:
    status, kind, body = get(address, path)
    assert kind == "application/json"
    return status, json.loads(body)


def test_a_daemon_that_lives_is_healthy_whatever_its_trouble(address: str, pulse: Pulse) -> None:
    pulse.trouble("pass", "git is down")
    assert told(address, "/healthz") == (200, {"status": "ok"})


def test_a_process_is_stuck_when_no_loop_of_it_goes_round() -> None:
    """One that hangs is its own affair: a restart would take the others along, and hang again."""
    seconds = [0.0]
    pulses = [Pulse(NOW, ticks=lambda: seconds[0]) for _ in range(2)]
    web = app(
        [Driven("", name, pulse, Metrics(name)) for name, pulse in zip(("dev", "prod"), pulses, strict=True)],
        lambda: NOW,
    )
    found, stop = serve("127.0.0.1:0", web)
    seconds[0] = STUCK.total_seconds() + 1
    pulses[0].turn()
    assert told(found, "/healthz") == (200, {"status": "ok"})
    seconds[0] *= 2
    assert told(found, "/healthz") == (503, {"status": "stuck", "reasons": ["no loop has gone round for 3600 s"]})
    pulses[1].turn()
    assert told(found, "/healthz")[0] == 200
    stop()


@pytest.fixture
def three() -> Iterator[str]:
    """Return where a daemon answers that drives three environments, the first of which is well."""
    well, dark = Pulse(NOW, lambda: True), Pulse(NOW)
    well.beat(NOW)
    dark.trouble("pass", "git is down")
    places = (("a.git", "dev", well), ("a.git", "prod", dark), ("b.git", "dev", dark))
    found, stop = serve("127.0.0.1:0", app([Driven(*place, Metrics(place[1])) for place in places], lambda: NOW))
    yield found
    stop()


def test_several_are_ready_when_each_of_them_is(three: str) -> None:
    status, document = told(three, "/readyz")
    assert status == 503
    assert document["reasons"][0] == "prod of a.git: git is down"
    assert document["reasons"][3] == "dev of b.git: git is down"
    status, document = told(three, "/readyz?environment=prod")
    assert (status, len(document["reasons"])) == (503, 3)
    assert told(three, "/readyz?environment=nowhere") == (
        404,
        {"status": "not found", "environments": ["dev", "prod"]},
    )


def test_it_is_ready_when_nothing_speaks_against_it(address: str, pulse: Pulse, held: list[bool]) -> None:
    held[0] = True
    pulse.beat(NOW)
    assert told(address, "/readyz") == (200, {"status": "ready", "reasons": []})


def test_it_is_ready_no_more_when_the_lease_has_run_out_though_nobody_says_so(
    address: str, pulse: Pulse, held: list[bool]
) -> None:
    held[0] = True
    pulse.beat(NOW)
    held[0] = False
    assert told(address, "/readyz") == (503, {"status": "not ready", "reasons": ["the lease is not held"]})


def test_it_is_not_ready_and_says_why(address: str, pulse: Pulse) -> None:
    pulse.trouble("pass", "git is down")
    status, document = told(address, "/readyz")
    assert (status, document["status"]) == (503, "not ready")
    assert document["reasons"][:2] == ["git is down", "the lease is not held"]


def test_metrics_are_in_prometheus_text(address: str) -> None:
    status, kind, body = get(address, "/metrics")
    assert (status, kind.split(";")[0]) == (200, "text/plain")
    assert b'setpoint_environment_info{environment="dev",name="dev",repository=""} 1.0' in body


def test_any_other_path_says_what_there_is(address: str) -> None:
    status, document = told(address, "/")
    assert status == 404
    assert document["paths"] == ["/healthz", "/readyz", "/metrics"]


def test_probes_are_answered_side_by_side(address: str) -> None:
    """One that opens a connection and says nothing keeps no other waiting."""
    host, _, port = address.partition(":")
    with socket.create_connection((host, int(port)), timeout=5):
        assert told(address, "/healthz")[0] == 200


def test_it_listens_where_it_says_and_stops_when_told(pulse: Pulse) -> None:
    found, stop = serve("127.0.0.1:0", app([Driven("", "dev", pulse, Metrics("dev"))], lambda: NOW))
    assert found.startswith("127.0.0.1:")
    stop()
    with pytest.raises(OSError, match=r"\w"):
        get(found, "/healthz")


def test_a_port_that_is_taken_is_told(address: str, pulse: Pulse) -> None:
    with pytest.raises(Refused, match="in use"):
        serve(address, app([Driven("", "dev", pulse, Metrics("dev"))], lambda: NOW))
