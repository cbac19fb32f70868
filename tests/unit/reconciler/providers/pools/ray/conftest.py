"""A cluster with a life of its own, and pools on it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.spec import Resources
from reconciler.ports.pool import JobOrder
from reconciler.providers.pools.ray import RayPool
from tests.unit.reconciler.providers.pools.ray.dashboard import Clock, Dashboard, serving

SHARED = Address("pools/shared")
RUN = RunName("experiments/e/0123456789ab")
Open = Callable[..., RayPool]


def order(run: str = RUN, *, team: str = "risk", attempt: int = 1, timeout: float = 60.0, **does: Any) -> JobOrder:
    """Order a job; `cpus`, `memory`, `gpus`, `nodes` and `pool` may be told, the rest is what it does."""
    asked = {name: does.pop(name) for name in ("cpus", "memory", "gpus", "gpu_kind", "nodes") if name in does}
    pool = Address(does.pop("pool", SHARED))
    return JobOrder(RunName(run), pool, team, Resources(**asked), timeout, does, attempt)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def dashboard(clock: Clock) -> Iterator[Dashboard]:
    with serving(Dashboard(clock)) as dashboard:
        yield dashboard


@pytest.fixture
def open_pool(tmp_path: Path, dashboard: Dashboard, clock: Clock) -> Open:
    """Return what opens a pool on the cluster, as a daemon does that has just started."""

    def open_(folder: Path = tmp_path / "pool", **options: Any) -> RayPool:
        return RayPool(folder, clock, **{"address": dashboard.address, "environ": {}, **options})

    return open_
