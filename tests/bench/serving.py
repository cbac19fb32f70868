"""An endpoint under load, and idle.

v2_rps, grpc_rps, v2_cpu_us, v2_p99_ms, v2_batch50_rps, v2_through_door_rps, replica_rss_mib.

A server has one core and the load another, where there are two. Seconds depend on who else uses the machine, and CPU
time hardly does: what an answer costs stands beside each figure, and peers are measured by turns with it.
"""

import json
import os
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from reconciler.model.ids import Address, Digest, RunName
from reconciler.model.kinds.deployments import Replicas
from reconciler.model.kinds.spec import Resources
from reconciler.model.observed import RevisionState
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.serving.local import LocalServing
from reconciler.wiring import SystemClock
from runners.models.signature import FILE
from tests.bench.daemon import rss_mib
from tests.bench.figure import Figure
from tests.bench.load import CONNECTIONS, Measured, Order, put
from tests.bench.served import INFER, NAME, REVISION, TRIAL, Served, bodies, linear, ours, trees
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import answers, until

DEPLOYMENT = Address(f"deployments/{NAME}")
BATCH = 50


class Rounds(NamedTuple):
    """How often each server is measured, and for how many seconds."""

    times: int
    seconds: float


def measure(quick: bool) -> Iterator[Figure]:
    """Measure one process beside its peers, then the door, then an idle replica."""
    rounds = Rounds(1, 0.5) if quick else Rounds(3, 3.0)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        model = linear(place / "linear")
        yield from _alone(place, model, rounds)
        yield _through_door(place, model, rounds)
        yield _idle(place / "idle")


def _cores() -> tuple[int | None, int | None]:
    """Return the server's core and the load's."""
    there = sorted(os.sched_getaffinity(0))
    return (there[0], there[1]) if len(there) > 1 else (None, None)


def _alone(place: Path, model: Path, rounds: Rounds) -> Iterator[Figure]:
    core, _ = _cores()
    single, many = bodies(model, 1), bodies(model, BATCH)
    answer = json.dumps({"outputs": [{"name": name, "data": data} for name, data in single[0][1].items()]})
    reference, rpc = free_port(), free_port()
    servers = {
        "ours": ours(place / "ours", model, core, grpc_port=rpc),
        "kserve": Served(
            ["tests.conformance.kserve_server", str(model), NAME, str(reference)], place / "kserve/log", reference, core
        ),
        "bare": _bare(place, answer, core),
    }
    found: dict[str, list[Measured]] = {name: [] for name in (*servers, "batch", "kserve batch", "gRPC")}
    with ExitStack() as stack:
        for server in servers.values():
            stack.enter_context(server.running())
        for _ in range(rounds.times):
            for name, server in servers.items():
                asked = single[:1] if name == "bare" else single
                found[name].append(_put(server, asked, rounds, place))
            order = Order(rpc, "gRPC", single, [servers["ours"].pid], rounds.seconds, core=_cores()[1], model=NAME)
            found["gRPC"].append(put(order, place))
            found["batch"].append(_put(servers["ours"], many, rounds, place))
            found["kserve batch"].append(_put(servers["kserve"], many, rounds, place))
    one, peers = found["ours"], f"KServe's server {_told(found['kserve'])}; uvicorn alone {_told(found['bare'])}"
    yield Figure("v2_rps", _per_second(one), "requests/s", ">= 10000", f"{_cost(one)}; {peers}")
    yield Figure("grpc_rps", _per_second(found["gRPC"]), "requests/s", ">= 5000", _cost(found["gRPC"]))
    cost = statistics.median(each.cpu_us for each in one)
    yield Figure("v2_cpu_us", cost, "µs CPU", "<= 100", "an answer, its line in the payload log included")
    late = statistics.median(each.p99_ms for each in one)
    middle = statistics.median(each.p50_ms for each in one)
    yield Figure("v2_p99_ms", late, "ms", "<= 3", f"p50 {middle:.2f} ms, {CONNECTIONS} connections")
    batch = found["batch"]
    beside = f"{_cost(batch)}; KServe's server {_told(found['kserve batch'])}"
    yield Figure("v2_batch50_rps", _per_second(batch), "requests/s", ">= 4000", beside)


def _bare(place: Path, answer: str, core: int | None) -> Served:
    port = free_port()
    return Served(["tests.bench.bare", str(port), answer], place / "bare/log", port, core)


def _put(
    server: Served,
    asked: Sequence[tuple[dict[str, object], dict[str, list[float]]]],
    rounds: Rounds,
    place: Path,
) -> Measured:
    return put(Order(server.port, INFER, asked, [server.pid], rounds.seconds, core=_cores()[1]), place)


def _through_door(place: Path, model: Path, rounds: Rounds) -> Figure:
    """Measure a replica behind the two Caddys: three processes, which have all cores."""
    with _endpoint(place / "serving", model) as (port, pids):
        order = Order(port, f"/{NAME}{INFER}", bodies(model, 1), pids, rounds.seconds, core=_cores()[1])
        found = [put(order, place) for _ in range(rounds.times)]
    late = statistics.median(each.p99_ms for each in found)
    beside = f"{_cost(found)} in the door, the router and the replica together; p99 {late:.2f} ms"
    return Figure("v2_through_door_rps", _per_second(found), "requests/s", ">= 6000", beside)


@contextmanager
def _endpoint(folder: Path, model: Path) -> Iterator[tuple[int, list[int]]]:
    """Have an endpoint of one replica with all the traffic; give its port and its processes."""
    port = free_port()
    url = f"http://{LOOPBACK}:{port}/{NAME}"
    serving = LocalServing(folder, SystemClock(), port=port, public_address=LOOPBACK)
    order = RevisionOrder(
        deployment=DEPLOYMENT,
        revision=Digest(REVISION),
        trial=RunName(TRIAL),
        model_url=model.as_uri(),
        model_digest=json.loads((model / FILE).read_text())["digest"],
        replicas=Replicas(minimum=1, maximum=1),
        resources=Resources(),
    )
    try:
        serving.start(order)
        until(lambda: _is_ready(serving, order.revision), "a replica to be ready")
        serving.route(DEPLOYMENT, {order.revision: 100})
        until(lambda: not serving.settle() and answers(f"{url}/v2/health/ready"), "the door to be open")
        yield port, [int(lock.read_text()) for lock in folder.rglob("*.lock") if lock.read_text().strip()]
    finally:
        serving.delete(DEPLOYMENT)
        until(lambda: not serving.settle() and not serving.list(), "the endpoint to be gone")


def _is_ready(serving: LocalServing, revision: Digest) -> bool:
    serving.settle()
    return serving.list()[DEPLOYMENT].revisions[revision].state is RevisionState.READY


def _idle(place: Path) -> Figure:
    """Weigh a replica that has answered once, so that all it needs is loaded, and does nothing."""
    found = {}
    for name, make, told in (
        ("LightGBM", trees, {}),
        ("ONNX", linear, {}),
        ("gRPC", trees, {"grpc_port": free_port()}),
    ):
        model = make(place / name)
        with ours(place / f"{name} served", model, **told).running() as server:
            order = Order(server.port, INFER, bodies(model, 1), [server.pid], 0.2, warm_up=0.1)
            put(order, place)
            if port := told.get("grpc_port"):
                put(replace(order, port=port, model=NAME), place)
            found[name] = rss_mib(server.pid)
    beside = f"of an ONNX model {found['ONNX']:.0f}; of this one with gRPC {found['gRPC']:.0f}"
    return Figure("replica_rss_mib", found["LightGBM"], "MiB", "<= 120", beside)


def _per_second(found: Sequence[Measured]) -> float:
    return statistics.median(each.per_second for each in found)


def _cost(found: Sequence[Measured]) -> str:
    """Say what an answer costs, and how busy the load's own core was."""
    cost, own = (statistics.median(getattr(each, name) for each in found) for name in ("cpu_us", "own_share"))
    return f"{cost:.0f} µs CPU each (the load's core is {own:.0%} busy)"


def _told(found: Sequence[Measured]) -> str:
    return f"{_per_second(found):,.0f} at {statistics.median(each.cpu_us for each in found):.0f} µs"
