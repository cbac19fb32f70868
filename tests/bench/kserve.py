"""kserve_cold_per_s, kserve_one_change_s, kserve_noop_*: a thousand endpoints on a real API server.

KServe's controller is off, so what is measured is ours: a deployment is one InferenceService, and one Service once
it has traffic. The bench plays the controller where a revision must be ready.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

import yaml

from reconciler.controllers.deployments import revision_of
from reconciler.git.init import begin
from reconciler.kubernetes import Kind
from reconciler.model.ids import Address
from reconciler.model.kinds.deployments import Deployment
from reconciler.providers.memory import MemorySource, MemoryStatus, World
from reconciler.providers.serving.kserve.kinds import INFERENCE_SERVICES, SERVICES, revision_name
from tests.bench.endpoints import PLAIN, endpoint, furnish, kserve
from tests.bench.figure import Figure
from tests.bench.ground import bench

ROOT = Path(__file__).parents[2]
NAMESPACE = "models"
PATIENCE = 300.0
_SPEC = Deployment.model_validate(yaml.safe_load(next(iter(endpoint(0).values()))))
assert _SPEC.model
REVISION = revision_of(_SPEC, _SPEC.model)
"""The one revision of every endpoint."""
READY = {
    "observedGeneration": 1,
    "conditions": [{"type": "PredictorReady", "status": "True"}, {"type": "Stopped", "status": "False"}],
    "modelStatus": {"transitionStatus": "UpToDate", "copies": {"failedCopies": 0, "totalCopies": 1}},
}


def measure(quick: bool) -> Iterator[Figure]:
    """Start a control plane, push all endpoints at once, then one change after another, then make idle passes."""
    from tests.servers.kubernetes import Cluster

    count, pushes = (100, 5) if quick else (1000, 50)
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder) / "cluster", with_controllers=False).start()
        try:
            cluster.create_namespace(NAMESPACE)
            ground = Ground(Path(folder) / "repository", cluster.admin.http, count)
            line = [sys.executable, "-m", "tests.bench.endpoints", ground.place, cluster.kubeconfig(), NAMESPACE]
            with running(line) as daemon:
                yield from _cold(ground)
                yield from _changes(ground, daemon, pushes)
            yield from _noop(str(cluster.kubeconfig()), count)
        finally:
            cluster.stop()


class Ground:
    """A repository, and the API server as somebody else sees it."""

    def __init__(
        self, place: Path, http: Any, count: int, files: Mapping[str, str] = PLAIN, namespace: str = NAMESPACE
    ) -> None:
        self.place, self.http, self.count, self._namespace = place, http, count, namespace
        self._write(files)
        subprocess.run(["git", "init", "-q", "-b", "main", str(place)], check=True)
        for line in ("user.name", "user.email"):
            self._git("config", line, "bench")
        begin(place, "Begin", ["."])

    def push(self, files: Mapping[str, str]) -> float:
        """Commit files; return when that was done."""
        self._write(files)
        self._git("add", "-A")
        self._git("commit", "-q", "-m", "Change")
        return time.monotonic()

    def present(self, kind: Kind) -> int:
        """Count what is there, without reading it."""
        found = self.http.get(kind.path(self._namespace), params={"limit": 1}).raise_for_status().json()
        return len(found["items"]) + int(found["metadata"].get("remainingItemCount") or 0)

    def become_ready(self) -> None:
        """Play KServe: every revision's pods answer."""
        names = [
            one["metadata"]["name"] for one in self.http.get(INFERENCE_SERVICES.path(self._namespace)).json()["items"]
        ]
        headers = {"content-type": "application/merge-patch+json"}

        def tell(name: str) -> None:
            path = INFERENCE_SERVICES.path(self._namespace, name, "status")
            self.http.patch(path, content=json.dumps({"status": READY}), headers=headers).raise_for_status()

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(tell, names))

    def maximum(self, number: int) -> int:
        """Return the upper bound of an endpoint, as it is in the API server."""
        deployment = Address(f"deployments/n{number:05d}")
        found = self.http.get(INFERENCE_SERVICES.path(self._namespace, revision_name(deployment, REVISION)))
        return int(found.raise_for_status().json()["spec"]["predictor"]["maxReplicas"])

    def _write(self, files: Mapping[str, str]) -> None:
        for path, text in files.items():
            file = self.place / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def _git(self, *words: str) -> None:
        subprocess.run(["git", "-C", str(self.place), *words], check=True)


class Daemon:
    """The daemon as a process; what it says is read at once, so that it never waits for us."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._rests: Queue[bool] = Queue()
        self._process = process
        Thread(target=self._listen, daemon=True).start()

    def rest(self, patience: float = PATIENCE) -> None:
        """Wait until the daemon comes to rest.

        Raises:
            Empty: it takes too long.
        """
        if not self._rests.get(timeout=patience):
            raise RuntimeError("the daemon has ended")

    def settle(self) -> None:
        """Wait until the daemon has rested, and goes on resting."""
        self.rest()
        with suppress(Empty):
            while True:
                self.rest(patience=0.5)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for told in self._process.stdout:
            if json.loads(told)["event"] == "rest":
                self._rests.put(True)
        self._rests.put(False)


@contextmanager
def running(line: Sequence[object]) -> Iterator[Daemon]:
    """Run the daemon; wait until it has come to rest for the first time."""
    words = [str(word) for word in line]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            daemon = Daemon(process)
            daemon.rest()
            yield daemon
        finally:
            process.terminate()


def until(truth: Callable[[], bool], pause: float, what: str) -> float:
    """Wait until something is true; return when it was seen."""
    deadline = time.monotonic() + PATIENCE
    while not truth():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what} takes longer than {PATIENCE} s")
        time.sleep(pause)
    return time.monotonic()


def _cold(ground: Ground) -> Iterator[Figure]:
    count = ground.count
    files = {path: text for number in range(count) for path, text in endpoint(number).items()}
    began = ground.push(files)
    ended = until(lambda: ground.present(INFERENCE_SERVICES) >= count, 0.05, "the push of all")
    yield Figure("kserve_cold_per_s", count / (ended - began), "objects/s", ">= 250", f"{count} InferenceServices")
    ground.become_ready()
    until(lambda: ground.present(SERVICES) >= count, 0.2, "the traffic of all")


def _changes(ground: Ground, daemon: Daemon, pushes: int) -> Iterator[Figure]:
    daemon.settle()
    times = []
    for number in range(pushes):
        began = ground.push(endpoint(number % ground.count, maximum=number + 2))
        ended = until(lambda n=number: ground.maximum(n % ground.count) == n + 2, 0.005, "a change")  # type: ignore[misc]
        times.append(ended - began)
        daemon.settle()
    times.sort()
    yield Figure("kserve_one_change_s", statistics.median(times), "s", "<= 0.4", f"p50 among {ground.count}")
    yield Figure("kserve_one_change_p99_s", times[int(len(times) * 0.99)], "s", "<= 1.5", f"{pushes} pushes")


def _noop(kubeconfig: str, count: int) -> Iterator[Figure]:
    world = World()
    furnish(world)
    source = MemorySource(world)
    source.commit(PLAIN | {path: text for number in range(count) for path, text in endpoint(number).items()})
    serving = kserve(kubeconfig, NAMESPACE)
    ground = bench(source, MemoryStatus(world), world, source, lambda _: None, serving=serving)
    ground.converge()
    calls = counted(serving)
    times = []
    for _ in range(20):
        began = time.process_time()
        done = ground.once()
        times.append((time.process_time() - began) * 1000)
        if done.outcomes or done.status_commit:
            raise RuntimeError("a pass with nothing to do did something")
    reads = sum(number for method, number in calls.items() if method == "GET")
    yield Figure("kserve_noop_calls", reads / 20, "calls", "<= 1", "a pass, watches included")
    yield Figure("kserve_noop_writes", calls.total() - reads, "calls", "== 0")
    yield Figure("kserve_noop_cpu_ms", statistics.median(times), "ms CPU", "<= 150", f"{count} endpoints")


def counted(serving: Any) -> Counter[str]:
    """Count the calls of a provider from now on, those that open a watch too."""
    calls: Counter[str] = Counter()
    kubernetes = serving._kubernetes
    send, watch = kubernetes._wire.send, kubernetes.watch

    def sent(call: Any) -> Any:
        calls[call.method] += 1
        return send(call)

    def watched(*words: Any, **more: Any) -> Any:
        calls["GET"] += 1
        return watch(*words, **more)

    kubernetes._wire.send, kubernetes.watch = sent, watched
    return calls
