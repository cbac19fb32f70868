"""noop_cpu_ms, cold_converge_per_s: passes over a thousand resources on the shipped fake."""

import statistics
import time
from collections.abc import Iterator

from reconciler.providers.memory import MemorySource, MemoryStatus, World
from tests.bench.figure import Figure
from tests.bench.ground import bench, specs


def measure(quick: bool) -> Iterator[Figure]:
    """Measure a pass with nothing to do, and a convergence from nothing with 5 ms a call."""
    count = 201 if quick else 1001
    yield from _cold(count)
    yield from _noop(count)


def _noop(count: int) -> Iterator[Figure]:
    world = World()
    source = MemorySource(world)
    source.commit(specs(count))
    ground = bench(source, MemoryStatus(world), world, source, lambda _: None)
    ground.converge()
    times, before = [], dict(world.calls)
    for _ in range(20):
        began = time.process_time()
        done = ground.once()
        times.append((time.process_time() - began) * 1000)
        if done.outcomes or done.status_commit:
            raise RuntimeError("a pass with nothing to do did something")
    reads = {"source.head", "source.tree", "status.read", "data.list", "pool.list", "serving.list", "forge.list"}
    writes = sum(n - before.get(verb, 0) for verb, n in world.calls.items() if verb not in reads)
    yield Figure("noop_cpu_ms", statistics.median(times), "ms CPU", "<= 50", f"{count} resources")
    yield Figure("noop_writes", writes, "calls", "== 0")


def _cold(count: int) -> Iterator[Figure]:
    world = World(latency=0.005, sleep=time.sleep)
    source = MemorySource(world)
    source.commit(specs(count))
    ground = bench(source, MemoryStatus(world), world, source, lambda _: None)
    began = time.perf_counter()
    passes = ground.converge()
    seconds = time.perf_counter() - began
    calls = world.calls.total()
    yield Figure("cold_converge_per_s", count / seconds, "resources/s", ">= 400", f"{calls} calls, {passes} passes")
