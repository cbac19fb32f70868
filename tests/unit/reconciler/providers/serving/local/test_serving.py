"""The port's verbs on real processes and real Caddys, with replicas that start at once."""

import json
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import Address
from reconciler.model.observed import RevisionState
from reconciler.providers.serving.local import LocalServing, controller, routing
from reconciler.providers.serving.local.replica_lifecycle import PATIENCE
from tests.unit.reconciler.providers.serving.local.conftest import Place
from tests.unit.reconciler.providers.serving.local.told import (
    COMMAND,
    DEPLOYMENT,
    NEW,
    OLD,
    SetClock,
    WallClock,
    order,
)

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_process_left")]


class Traffic:
    """Two clients that ask without a pause, and count who answered."""

    def __init__(self, place: Place) -> None:
        self.url = place.endpoint.url
        self.place = place
        self.answered: Counter[str] = Counter()
        self.failures: list[str] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(2)]

    def __enter__(self) -> "Traffic":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.answered[self.place.ask(url=self.url)["revision"]] += 1
            except (OSError, ValueError) as error:
                self.failures.append(repr(error))
            time.sleep(0.002)


def test_an_endpoint_answers_by_its_path_and_its_host(place: Place) -> None:
    place.go_live()
    told = place.ask()
    assert (told["revision"], told["path"]) == (OLD, "/v2/models/employment/infer")
    base = place.endpoint.url.removesuffix("/employment")
    by_host = place.ask(url=base, headers={"Host": "employment.localhost"})
    assert by_host["path"] == "/v2/models/employment/infer"
    assert told["headers"]["x-setpoint-request"] != by_host["headers"]["x-setpoint-request"]


def test_a_revision_answers_alone_before_it_has_traffic(place: Place) -> None:
    place.go_live()
    place.serve(NEW)
    told = place.ask(url=place.revision(NEW).url, headers={"X-Setpoint-Smoke": "1"})
    assert (told["revision"], told["headers"]["x-setpoint-smoke"]) == (NEW, "1")
    assert "x-setpoint-smoke" not in place.ask(headers={"X-Setpoint-Smoke": "1"})["headers"]
    assert place.ask()["revision"] == OLD


def test_no_request_fails_while_revisions_are_rolled_out_and_replicas_die(place: Place) -> None:
    place.go_live(minimum=2, maximum=3)
    with Traffic(place) as traffic:
        place.serve(NEW, minimum=2)
        for share in (10, 50, 90):
            place.serving.route(DEPLOYMENT, {OLD: 100 - share, NEW: share})
            _run_for(place, traffic, 30)
        os.kill(place.ask(url=place.revision(NEW).url)["pid"], signal.SIGKILL)
        place.serving = place.opened()
        place.serving.route(DEPLOYMENT, {NEW: 100})
        place.serving.stop(DEPLOYMENT, OLD)
        place.until(lambda: set(place.endpoint.revisions) == {NEW})
        place.until(lambda: place.revision(NEW).ready == 2)
        place.serving.start(order(NEW, minimum=1, maximum=1))
        place.until(lambda: place.revision(NEW).ready == 1)
        _run_for(place, traffic, 30)
    assert traffic.failures == []
    assert traffic.answered[NEW] > 60
    assert traffic.answered[OLD] > 30


def _run_for(place: Place, traffic: Traffic, requests: int) -> None:
    """Settle until so many more requests were answered."""
    until = traffic.answered.total() + requests
    place.until(lambda: traffic.answered.total() >= until)


def test_a_request_that_a_replica_takes_to_its_grave_is_put_to_the_next(place: Place) -> None:
    place.go_live(minimum=2)
    victim = place.ask(headers={})["pid"]
    waiting: list[Any] = []
    slow = threading.Thread(target=lambda: waiting.append(place.ask(b"wait" * 1000)))
    slow.start()
    os.kill(victim, signal.SIGKILL)
    slow.join()
    assert waiting[0]["size"] == 4000
    place.until(lambda: place.revision().ready == 2)


def test_requests_wait_for_the_only_replica_to_come_back(place: Place) -> None:
    place.go_live()
    pid = place.ask()["pid"]
    os.kill(pid, signal.SIGKILL)
    answers: list[Any] = []
    asking = threading.Thread(target=lambda: answers.append(place.ask()))
    asking.start()
    place.until(lambda: not asking.is_alive())
    assert answers[0]["pid"] != pid


def test_the_next_daemon_adopts_everything(place: Place) -> None:
    place.go_live(minimum=2)
    before, pid = place.endpoint, place.ask()["pid"]
    place.serving = place.opened()
    assert place.endpoint.revisions == before.revisions
    assert (place.endpoint.url, place.endpoint.traffic, place.endpoint.since) == (
        before.url,
        before.traffic,
        before.since,
    )
    assert not place.serving.settle()
    assert pid in {place.ask()["pid"] for _ in range(20)}


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    "visibility",
    [pytest.param(way, marks=pytest.mark.turns("a replica hangs", way)) for way in ("internal", "public")],
)
def test_a_replica_that_is_alive_and_hangs_is_replaced(
    place: Place, visibility: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controller, "HUNG_AFTER", 12.0)  # longer than Caddy tells between two looks of its own
    swift = {"uri": "/v2/health/ready", "interval": "300ms", "timeout": "1s", "fails": 3}
    monkeypatch.setattr(routing, "HEALTH", {**routing.HEALTH, "active": swift})
    place.go_live(visibility=visibility)
    pid = place.ask()["pid"]
    os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + 120
    while Path(f"/proc/{pid}").exists() and not _is_zombie(pid):  # three checks of a second, and Caddy's own pace
        assert time.monotonic() < deadline, "it was not replaced"
        place.serving.settle()
        time.sleep(0.1)
    place.until(lambda: place.status() == 200)
    assert place.ask()["pid"] != pid


def _is_zombie(pid: int) -> bool:
    return ") Z " in Path(f"/proc/{pid}/stat").read_text()


def test_a_revision_alone_is_reached_from_this_machine_only(place: Place) -> None:
    place.go_live(visibility="public")
    alone = place.revision().url
    assert place.ask(url=alone, headers={"X-Setpoint-Smoke": "1"})["headers"]["x-setpoint-smoke"] == "1"
    assert "x-setpoint-smoke" not in place.ask(headers={"X-Setpoint-Smoke": "1"})["headers"]
    with pytest.raises(urllib.error.HTTPError, match="404") as raised:
        place.ask(url=f"{place.endpoint.url}/revisions/{OLD}")
    raised.value.close()


def test_figures_count_what_was_asked_since_the_traffic_changed(place: Place) -> None:
    place.go_live()
    for _ in range(10):
        place.ask()
    place.serve(NEW)
    place.serving.route(DEPLOYMENT, {NEW: 100})
    assert place.endpoint.figures.requests == 0
    for body in (b"x", b"x", b"fail"):
        try:
            place.ask(body)
        except urllib.error.HTTPError as error:
            error.close()
    place.ask(url=place.revision(NEW).url)
    place.until(lambda: place.endpoint.figures.requests)
    figures = place.endpoint.figures
    assert (figures.requests, figures.errors) == (3, 1), "the smoke test's requests count, or an error is lost"
    assert figures.p99_ms
    place.until(lambda: f'code="500",deployment="employment",revision="{NEW}"' in _read(place.endpoint.metrics_url))


def _read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


def test_a_model_that_is_refused_fails_with_its_reason(place: Place) -> None:
    place.serving.start(order(behaves="refuse=the+digest+differs"))
    place.until(lambda: place.revision().state is RevisionState.FAILED)
    assert place.revision().reason == "the digest differs (at model.onnx): train it again"
    with pytest.raises(Refused, match="not ready"):
        place.serving.route(DEPLOYMENT, {OLD: 100})


def test_one_that_failed_can_be_ordered_again(place: Place) -> None:
    place.serving.start(order(behaves="refuse=no"))
    place.until(lambda: place.revision().state is RevisionState.FAILED)
    place.serve(behaves="")
    place.until(lambda: len(list((place.folder / "replicas").glob("*.lock"))) == 1)


def test_a_process_that_crashes_is_tried_less_and_less_and_given_up(place: Place) -> None:
    clock = SetClock()
    place.serving = LocalServing(place.folder, clock, command=COMMAND)
    place.serving.start(order(behaves="crash=1"))

    def failed() -> bool:
        clock.seconds += 1.0
        return place.revision().state is RevisionState.FAILED

    place.until(failed)
    assert place.revision().reason == "its process ended; it last printed: out of memory at 0x…"
    assert clock.seconds > 1_000_003
    place.until(lambda: failed() and _is_given_up(place))
    assert clock.seconds > 1_000_000 + 2 ** (PATIENCE - 2)
    (log,) = (path for path in (place.folder / "replicas").glob("*-0.log"))
    stamp = log.stat().st_mtime_ns
    for _ in range(5):
        clock.seconds += 60.0
        place.serving.settle()
    assert log.stat().st_mtime_ns == stamp, "it is still being tried"
    assert "out of memory" in log.read_text(), "its log is lost"


def _is_given_up(place: Place) -> bool:
    told = json.loads((place.folder / "endpoints" / "employment.json").read_text())
    return bool(told["revisions"][0]["final"])


def test_a_revision_with_traffic_is_not_stopped(place: Place) -> None:
    place.go_live()
    with pytest.raises(Refused, match="has traffic"):
        place.serving.stop(DEPLOYMENT, OLD)


def test_a_stopping_revision_ends_its_last_request_first(place: Place) -> None:
    place.go_live(behaves="slow=3")
    url = place.endpoint.url
    answers: list[Any] = []
    asking = threading.Thread(target=lambda: answers.append(place.ask(url=url)))
    asking.start()
    place.serve(NEW)
    place.serving.route(DEPLOYMENT, {NEW: 100})
    place.serving.stop(DEPLOYMENT, OLD)
    assert place.revision(OLD).state is RevisionState.STOPPING
    place.until(lambda: OLD not in place.endpoint.revisions)
    asking.join()
    assert answers[0]["revision"] == OLD


def test_a_stopping_revision_that_is_wanted_again_starts_anew(place: Place) -> None:
    place.go_live()
    place.serve(NEW)
    place.serving.stop(DEPLOYMENT, NEW)
    place.serve(NEW)
    place.serving.route(DEPLOYMENT, {NEW: 100})
    place.until(lambda: place.ask()["revision"] == NEW)


def test_deleting_ends_everything_but_the_payload_logs(place: Place) -> None:
    place.go_live()
    logs = Path(place.endpoint.logs_url.removeprefix("file://")) / OLD
    logs.mkdir(parents=True)
    (logs / "2026-01-05-1.jsonl").write_text("{}\n")
    place.serving.delete(DEPLOYMENT)
    place.serving.delete(DEPLOYMENT)
    shown = place.serving.list()[DEPLOYMENT]
    assert ({item.state for item in shown.revisions.values()}, shown.traffic) == ({RevisionState.STOPPING}, {})
    place.until(lambda: not place.serving.list())
    assert not list((place.folder / "leaving").glob("*"))
    assert (logs / "2026-01-05-1.jsonl").exists()
    assert not list((place.folder / "replicas").iterdir())


def test_what_is_deleted_can_be_started_at_once(place: Place) -> None:
    place.go_live()
    before = place.ask()["pid"]
    place.serving.delete(DEPLOYMENT)
    place.go_live()
    assert place.ask()["pid"] != before


def test_a_public_deployment_has_another_port(place: Place) -> None:
    place.go_live(visibility="public")
    other = Address("deployments/inner")
    place.serving.start(order(deployment=other))
    place.until(lambda: place.serving.list()[other].revisions[OLD].state is RevisionState.READY)
    inner = place.serving.list()[other].url
    assert place.endpoint.url.split("/")[2] != inner.split("/")[2]
    assert place.revision().url.startswith(inner.removesuffix("/inner"))


@pytest.mark.timing
def test_settling_an_endpoint_at_rest_costs_next_to_nothing(place: Place) -> None:
    place.go_live()
    place.until(lambda: not place.serving.settle())
    began = time.process_time()
    for _ in range(50):
        place.serving.settle()
    assert (time.process_time() - began) / 50 < 0.003


@pytest.mark.timing
def test_settling_tells_what_changed_and_figures_are_no_change(place: Place) -> None:
    place.go_live()
    while place.serving.settle():
        time.sleep(0.01)
    place.ask()
    time.sleep(1.1)
    assert not place.serving.settle()
    place.serving.start(order(NEW))
    assert place.serving.settle()


def test_a_folder_that_can_t_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    serving = LocalServing(tmp_path / "file" / "below", WallClock(), command=COMMAND)
    with pytest.raises(Unavailable, match="can't be used"):
        serving.start(order())
