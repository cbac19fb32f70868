"""Real models behind real KServe processes and real Caddys: rolled out, killed and adopted without a failed request."""

import json
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.ids import Address, Digest, RunName
from reconciler.model.kinds.deployments import Replicas
from reconciler.model.kinds.spec import Resources
from reconciler.model.observed import Endpoint, RevisionState
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.serving.local import LocalServing
from reconciler.wiring import SystemClock
from runners.contract import Request
from runners.models import load
from runners.monitor.parameters import Window
from runners.monitor.payloads import read_log
from runners.monitor.service import read_counters
from runners.smoke import run as smoke_test
from tests.unit.runners.serve.tiny import make

PATIENCE = 90.0
CHANGES = 16
"""Caddy's configuration changes no more often here; each change may lose the count of the request that is under way."""
DEPLOYMENT = Address("deployments/employment")
OLD, NEW = Digest("aaaaaaaaaaaa"), Digest("bbbbbbbbbbbb")
BIAS = {OLD: 0.0, NEW: 1.0}
AGE = 36.0
"""The new model tells employed at this age, the old one doesn't."""


class Place:
    """A folder of endpoints, the trials of two models, and the daemon of the moment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.digests = {name: make(self.trial(name), bias) for name, bias in BIAS.items()}
        for name in BIAS:
            self._record_examples(name)
        self.serving = self.opened()

    def opened(self) -> LocalServing:
        return LocalServing(self.folder / "serving", SystemClock(), public_address="127.0.0.1")

    def trial(self, name: Digest) -> Path:
        return self.folder / "trials" / name

    def _record_examples(self, name: Digest) -> None:
        model, told = load(self.trial(name)), []
        for age in (20.0, 30.0, 40.0, 60.0):
            answer = model.predict({"AGEP": [age], "SEX": ["2"]}).as_columns()
            inputs = [tensor("AGEP", "FP32", [age]), tensor("SEX", "BYTES", ["2"])]
            outputs = [{"name": key, "data": values.tolist()} for key, values in answer.items()]
            told.append({"request": {"inputs": inputs}, "response": {"outputs": outputs}})
        (self.trial(name) / "examples.json").write_text(json.dumps(told))

    def start(self, name: Digest, minimum: int = 2) -> None:
        self.serving.start(
            RevisionOrder(
                deployment=DEPLOYMENT,
                revision=name,
                trial=RunName(f"experiments/employment/{name}"),
                model_url=self.trial(name).as_uri(),
                model_digest=self.digests[name],
                replicas=Replicas(minimum=minimum, maximum=minimum),
                resources=Resources(),
            )
        )

    @property
    def endpoint(self) -> Endpoint:
        return self.serving.list()[DEPLOYMENT]

    def state(self, name: Digest) -> RevisionState:
        return self.endpoint.revisions[name].state

    def until(self, condition: Callable[[], object], what: str) -> float:
        """Settle as a daemon does until a condition holds; return how long that took."""
        began = time.monotonic()
        while not condition():
            assert time.monotonic() < began + PATIENCE, f"still not {what}: {self.serving.list()}"
            self.serving.settle()
            time.sleep(0.05)
        return time.monotonic() - began

    def smoke_test(self, name: Digest) -> bool:
        request = Request(
            run="deployments/employment/0123456789ab",
            runner="smoke",
            params={"name": "employment", "examples": 20, "tolerance": 1e-6},
            inputs={"model": self.trial(name).as_uri(), "endpoint": self.endpoint.revisions[name].url},
            output="unused",
        )
        return smoke_test(request, self.folder).accepted

    def replica_ids(self, name: Digest) -> set[int]:
        locks = (self.folder / "serving" / "replicas").glob(f"employment-{name}-*.lock")
        return {int(path.read_text()) for path in locks}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    for deployment in place.serving.list():
        place.serving.delete(deployment)
    place.until(lambda: not processes_under(tmp_path), "without processes")


def processes_under(folder: Path) -> list[str]:
    """Return the command lines of live processes that name a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found


def tensor(name: str, datatype: str, data: list[Any]) -> dict[str, Any]:
    return {"name": name, "shape": [len(data), 1], "datatype": datatype, "data": data}


def ask(url: str, number: int) -> tuple[int, str]:
    """Ask by version 2 about one row with an identifier; return the prediction, and who made it."""
    inputs = [tensor("AGEP", "FP32", [AGE]), tensor("SEX", "BYTES", ["2"]), tensor("id", "INT64", [number])]
    body = json.dumps({"inputs": inputs}).encode()
    told = urllib.request.Request(f"{url}/v2/models/employment/infer", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(told, timeout=30) as answer:
        outputs = {output["name"]: output["data"] for output in json.load(answer)["outputs"]}
    return outputs["prediction"][0], outputs["predicted_probability"][0]


def got(url: str, kind: str = "application/json") -> str:
    """Return what is answered to a GET."""
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": kind}), timeout=30) as answer:
        return str(answer.read().decode())


class Client(threading.Thread):
    """Asks without a pause, row after row, and keeps what came of it."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.sent = 0
        self.predictions: list[int] = []
        self.failures: list[str] = []
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.is_set():
            self.sent += 1
            try:
                self.predictions.append(ask(self.url, self.sent)[0])
            except (OSError, ValueError, KeyError) as error:
                self.failures.append(f"request {self.sent}: {error!r}")
            self._stopped.wait(0.01)

    def __enter__(self) -> "Client":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self.join()


@pytest.mark.slow
@pytest.mark.timing
@pytest.mark.timeout(240)
@pytest.mark.xdist_group("machine")
def test_a_rollout_under_traffic_with_a_kill_and_a_new_daemon(place: Place) -> None:
    place.start(OLD)
    place.until(lambda: place.state(OLD) is RevisionState.READY, "ready")
    assert place.smoke_test(OLD)
    place.serving.route(DEPLOYMENT, {OLD: 100})
    url = place.endpoint.url
    place.until(lambda: _answers(url), "answering")
    assert "/v1/models/employment:predict" in json.loads(got(f"{url}/openapi.json"))["paths"]
    assert "<form>" in got(f"{url}/", "text/html")

    with Client(url) as client:
        place.start(NEW)
        place.until(lambda: place.state(NEW) is RevisionState.READY, "ready")
        assert place.smoke_test(NEW)
        place.serving.route(DEPLOYMENT, {OLD: 50, NEW: 50})
        _more(place, client, 40)
        assert set(client.predictions[-30:]) == {0, 1}

        before = place.replica_ids(NEW)
        os.kill(min(before), signal.SIGKILL)
        place.serving = place.opened()
        assert set(place.endpoint.revisions) == {OLD, NEW}
        place.until(lambda: place.endpoint.revisions[NEW].ready == 1, "aware of the dead replica")
        place.until(lambda: place.endpoint.revisions[NEW].ready == 2, "whole again")
        assert len(place.replica_ids(NEW) & before) == 1

        place.serving.route(DEPLOYMENT, {NEW: 100})
        place.serving.stop(DEPLOYMENT, OLD)
        place.until(lambda: set(place.endpoint.revisions) == {NEW}, "rid of the old revision")
        _more(place, client, 40)
    assert client.failures == []
    assert set(client.predictions[-30:]) == {1}
    _figures_and_log(place, client)


def _answers(url: str) -> bool:
    try:
        ask(url, 0)
    except urllib.error.URLError:
        return False
    return True


def _more(place: Place, client: Client, requests: int) -> None:
    """Settle until so many more requests were made."""
    until = client.sent + requests
    place.until(lambda: client.sent >= until, "asked more")


def _figures_and_log(place: Place, client: Client) -> None:
    """See that requests are logged once and smoke tests aren't, and that the service figures count them."""
    endpoint = place.endpoint
    place.until(lambda: client.sent in _logged(endpoint.logs_url), "logged")
    logged = [number for number in _logged(endpoint.logs_url) if number]
    assert len(set(logged)) == len(logged)
    lost = set(range(1, client.sent + 1)) - set(logged)
    assert len(lost) <= 0.05 * client.sent, "more is lost than what the killed replica was about to write"
    place.until(lambda: place.endpoint.figures.requests >= 40, "counted")
    assert place.endpoint.figures.errors == 0
    assert place.endpoint.figures.p99_ms
    least = client.sent - CHANGES
    place.until(lambda: _counted(endpoint.metrics_url).get("200", 0) >= least, "counted in the metrics")
    assert set(_counted(endpoint.metrics_url)) == {"200"}


def _counted(url: str) -> Mapping[str, float]:
    return read_counters(url).codes


def _logged(url: str) -> list[int]:
    return [prediction.row["id"] for prediction in read_log(url, Window()).predictions]


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.xdist_group("machine")
def test_a_model_that_was_changed_fails_with_its_reason(place: Place) -> None:
    (place.trial(OLD) / "model.onnx").write_bytes(b"something else")
    place.start(OLD)
    took = place.until(lambda: place.state(OLD) is RevisionState.FAILED, "failed")
    assert "it was changed after it was trained" in place.endpoint.revisions[OLD].reason
    assert took < PATIENCE / 2
