"""The controller brings processes to what is written down, and no trouble of one endpoint keeps the others waiting."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.model.ids import Address
from reconciler.providers.serving.local.controller import BUSY_AFTER, HUNG_AFTER, ReplicaController
from reconciler.providers.serving.local.counter_totals import CounterTotals
from reconciler.providers.serving.local.processes import is_alive
from reconciler.providers.serving.local.proxies import LOOPBACK, Gate
from reconciler.providers.serving.local.proxies import Address as Listen
from reconciler.providers.serving.local.records import EndpointRecord, Replica
from reconciler.providers.serving.local.replica_lifecycle import DRAIN
from reconciler.providers.serving.local.replicas import Limits, Replicas
from reconciler.providers.serving.local.scale import CALM
from reconciler.providers.serving.local.store import Store
from tests.unit.reconciler.providers.serving.local.conftest import Wait
from tests.unit.reconciler.providers.serving.local.told import (
    COMMAND,
    DEPLOYMENT,
    NEW,
    OLD,
    endpoint,
    revision,
)

pytestmark = pytest.mark.usefixtures("no_process_left")


class ToldGate(Gate):
    """A gate that serves nothing, and whose metrics are told."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, Listen(LOOPBACK), Listen(LOOPBACK), os.environ)
        self.text: str | None = None

    def keep(self, sites: object, now: float) -> bool:
        return True

    def metrics(self) -> str | None:
        return self.text


class House:
    """A controller with all that it needs."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)
        self.store.prepare()
        self.replicas = Replicas(self.store, COMMAND, os.environ, Limits(1000))
        self.gate = ToldGate(self.store)
        self.totals = CounterTotals(self.store)
        self.now = 100.0

    @property
    def endpoint(self) -> EndpointRecord:
        found = self.store.endpoint(DEPLOYMENT)
        assert found
        return found

    def controller(self) -> ReplicaController:
        return ReplicaController(self.store, self.replicas, self.gate, self.totals)

    def settle(self, seconds: float = 0.1) -> None:
        self.now += seconds
        self.controller().settle(self.now)


@pytest.fixture
def house(tmp_path: Path, wait: Wait) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    for deployment in house.store.endpoints():
        house.store.put_aside(deployment)

    def gone() -> bool:
        house.settle(20.0)
        return not house.store.leaving()

    wait(gone)


def ready(house: House, wait: Wait, number: int = 1) -> None:
    """Settle until so many replicas are ready."""

    def until() -> bool:
        house.settle()
        return sum(item.ready for item in house.endpoint.revisions.values()) >= number

    wait(until)


def test_a_revision_gets_its_processes_in_one_look(house: House, wait: Wait) -> None:
    house.store.put(endpoint(revision(wanted=2, maximum=2)))
    house.settle()
    record = house.endpoint.revisions[OLD]
    assert all(is_alive(house.replicas.files(record, slot).lock) for slot in (0, 1))
    ready(house, wait, 2)


def test_a_process_that_was_started_and_not_noted_down_is_adopted(house: House, wait: Wait) -> None:
    before = endpoint(revision())
    house.store.put(before)
    house.settle()
    pid = house.replicas.files(before.revisions[OLD], 0).lock.read_text()
    house.store.put(before)
    ready(house, wait)
    assert house.replicas.files(before.revisions[OLD], 0).lock.read_text() == pid
    assert house.endpoint.revisions[OLD].replicas[0].crashes == 0


def test_a_stopped_revision_goes_when_its_last_process_has(house: House, wait: Wait) -> None:
    house.store.put(endpoint(revision()))
    ready(house, wait)
    record = house.endpoint.revisions[OLD]
    house.store.put(endpoint(revision(*record.replicas, stopping=True, next_slot=1)))
    house.settle()
    assert is_alive(house.replicas.files(record, 0).lock)
    house.settle(DRAIN)

    def gone() -> bool:
        house.settle()
        return not house.endpoint.revisions

    wait(gone)
    assert not house.replicas.files(record, 0).log.exists()


def test_a_deleted_endpoint_ends_at_once(house: House, wait: Wait) -> None:
    house.store.put(endpoint(revision()))
    ready(house, wait)
    record = house.endpoint.revisions[OLD]
    house.store.put_aside(DEPLOYMENT)
    house.controller().send_away(house.now)
    wait(lambda: not is_alive(house.replicas.files(record, 0).lock))
    house.settle()
    assert house.store.leaving() == {}


def test_trouble_of_one_endpoint_is_its_own(house: House, wait: Wait) -> None:
    other = Address("deployments/other")
    house.store.put(EndpointRecord(other, 1.0, {OLD: revision(deployment=other)}))
    house.store.put(endpoint(revision(name=NEW)))
    blocked = house.replicas.files(revision(name=NEW), 0).lock
    blocked.mkdir()
    with pytest.raises(IsADirectoryError):
        house.settle()
    assert is_alive(house.replicas.files(revision(deployment=other), 0).lock)
    blocked.rmdir()
    ready(house, wait)


def metrics(requests: int, *, healthy: str = "") -> str:
    labels = f'handler="reverse_proxy",host="{OLD}.employment.traffic",server="internal-1"'
    lines = [f'caddy_http_request_duration_seconds_count{{code="200",{labels}}} {requests}']
    if healthy:
        lines.append(f'caddy_reverse_proxy_upstreams_healthy{{upstream="unix/{healthy}"}} 0')
    return "\n".join(lines)


def test_replicas_follow_the_load_up_and_down(house: House) -> None:
    controller = house.controller()
    known = revision(proven=True, maximum=3, target_rps=100, stopping=False)
    house.store.put(endpoint(known, traffic={OLD: 100}, since=1.0))
    for second in range(8):
        house.gate.text = metrics(second * 250)
        controller.look(200.0 + second)
    assert house.endpoint.revisions[OLD].wanted == 3
    for second in range(8, int(CALM) + 20):
        controller.look(200.0 + second)
    assert house.endpoint.revisions[OLD].wanted == 1


def test_without_metrics_nothing_is_scaled(house: House) -> None:
    house.store.put(endpoint(revision(proven=True, maximum=3), traffic={OLD: 100}))
    house.controller().look(200.0)
    assert house.endpoint.revisions[OLD].wanted == 1


def test_a_replica_that_works_is_given_more_time(house: House, wait: Wait, monkeypatch: pytest.MonkeyPatch) -> None:
    house.store.put(endpoint(revision()))
    ready(house, wait)
    files = house.replicas.files(house.endpoint.revisions[OLD], 0)
    house.gate.text = metrics(1, healthy=str(files.socket))
    monkeypatch.setattr(house.replicas, "worked", lambda *_: house.now)
    controller = house.controller()
    for house.now in (300.0, 300.0 + HUNG_AFTER, 299.0 + BUSY_AFTER):
        controller.look(house.now)
    assert is_alive(files.lock)
    house.now = 300.0 + BUSY_AFTER
    controller.look(house.now)
    wait(lambda: not is_alive(files.lock))


def test_a_replica_that_hangs_is_replaced(house: House, wait: Wait) -> None:
    house.store.put(endpoint(revision()))
    ready(house, wait)
    record = house.endpoint.revisions[OLD]
    files = house.replicas.files(record, 0)
    house.gate.text = metrics(1, healthy=str(files.socket))
    controller = house.controller()
    controller.look(300.0)
    assert is_alive(files.lock)
    controller.look(300.0 + HUNG_AFTER)
    wait(lambda: not is_alive(files.lock))
    house.settle()
    assert house.endpoint.revisions[OLD].replicas[0] == Replica(
        0, begun=house.now, proven=True, crashes=1, due=house.now
    )
