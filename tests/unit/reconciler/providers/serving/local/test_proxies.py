"""The gate: a stable port, another where it is taken, and two Caddys that serve."""

import contextlib
import os
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from reconciler.providers.serving.local.processes import is_alive, tell
from reconciler.providers.serving.local.proxies import LOOPBACK, Address, Gate
from reconciler.providers.serving.local.sites import Site
from reconciler.providers.serving.local.store import Store
from tests.unit.reconciler.providers.serving.local.conftest import Wait
from tests.unit.reconciler.providers.serving.local.told import OLD

SHOP, SHOWN = Site("shop", {OLD: []}, {}), Site("shown", {OLD: []}, {}, is_public=True)
pytestmark = pytest.mark.usefixtures("no_process_left")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path)
    store.prepare()
    return store


@pytest.fixture
def gate(store: Store, wait: Wait) -> Iterator[Gate]:
    gate = opened(store)
    yield gate
    gate.close()
    wait(lambda: not gate.is_open)


def opened(store: Store, port: int = 0) -> Gate:
    return Gate(store, Address(LOOPBACK, port), Address(LOOPBACK), os.environ)


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def door(store: Store) -> Path:
    return store.folder / "caddy" / "door.lock"


def test_it_lets_requests_in(gate: Gate, wait: Wait) -> None:
    assert gate.url("shop") == ""
    wait(lambda: gate.keep((SHOP,), monotonic()))
    assert gate.url("shop").startswith("http://127.0.0.1:")
    assert status(gate.url("shop") + "/v2/health/ready") == 503
    assert status(gate.url("other") + "/v2/health/ready") == 404


def test_what_was_routed_last_is_known_to_the_next_daemon(gate: Gate, store: Store) -> None:
    assert gate.former({"shop"}) == ()
    gate.keep((SHOP, SHOWN), monotonic())
    assert gate.former({"shown", "other"}) == (SHOWN,)
    assert opened(store).former({"shop"}) == (Site("shop", {OLD: ()}, {}),)


def test_its_port_is_remembered(gate: Gate, store: Store, wait: Wait) -> None:
    wait(lambda: gate.keep((SHOP,), monotonic()))
    again = opened(store)
    assert again.url("shop") == gate.url("shop")
    assert again.keep((SHOP, Site("other", {}, {})), monotonic())
    assert again.url("shop") == gate.url("shop")
    assert status(again.url("other") + "/v2/health/ready") == 503


def test_the_asked_port_is_taken_if_it_is_free(store: Store, wait: Wait) -> None:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind((LOOPBACK, 0))
        port = probe.getsockname()[1]
    gate = opened(store, port)
    wait(lambda: gate.keep((SHOP,), monotonic()))
    assert gate.url("shop") == f"http://127.0.0.1:{port}/shop"
    gate.close()
    wait(lambda: not gate.is_open)


def test_another_port_is_chosen_where_it_is_taken(gate: Gate, store: Store, wait: Wait) -> None:
    wait(lambda: gate.keep((SHOP,), monotonic()))
    before = gate.url("shop")
    port = int(before.rsplit(":", 1)[1].split("/")[0])
    tell(door(store), signal.SIGKILL)
    wait(lambda: not is_alive(door(store)))
    with contextlib.closing(socket.socket()) as thief:
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        thief.bind((LOOPBACK, port))
        thief.listen()
        wait(lambda: gate.keep((SHOP,), monotonic()))
        assert gate.url("shop") != before
        assert status(gate.url("shop") + "/v2/health/ready") == 503


def test_a_port_that_is_taken_from_the_start_is_not_fought_for(store: Store, wait: Wait) -> None:
    with contextlib.closing(socket.socket()) as thief:
        thief.bind((LOOPBACK, 0))
        thief.listen()
        gate = opened(store, thief.getsockname()[1])
        wait(lambda: gate.keep((SHOP,), monotonic()))
        assert f":{thief.getsockname()[1]}/" not in gate.url("shop")
        gate.close()
        wait(lambda: not gate.is_open)


def test_only_public_deployments_are_on_the_public_port(gate: Gate, wait: Wait) -> None:
    wait(lambda: gate.keep((SHOP, SHOWN), monotonic()))
    public = gate.url("shown", public=True)
    assert public.split("/")[2] != gate.url("shown").split("/")[2]
    assert status(public + "/v2/health/ready") == 503
    assert status(gate.url("shown") + "/v2/health/ready") == 503
    assert status(gate.url("shop", public=True) + "/v2/health/ready") == 404


def test_it_serves_again_after_either_caddy_died(gate: Gate, store: Store, wait: Wait) -> None:
    wait(lambda: gate.keep((SHOP,), monotonic()))
    for name in ("door", "router"):
        lock = store.folder / "caddy" / f"{name}.lock"
        tell(lock, signal.SIGKILL)
        wait(lambda lock=lock: not is_alive(lock))  # type: ignore[misc]
        wait(lambda: gate.keep((SHOP,), monotonic()))
        assert status(gate.url("shop") + "/v2/health/ready") == 503
