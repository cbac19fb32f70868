"""A job's surroundings: its environment variables, and the devices that are its own."""

import math
from collections.abc import Iterable, Mapping

from reconciler.ports.pool import JobOrder

DEVICES = "CUDA_VISIBLE_DEVICES"
THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "ARROW_NUM_THREADS",
    "LOKY_MAX_CPU_COUNT",
)
"""Variables by which numerical libraries are told how many threads to start; without them each takes all cores."""


def surroundings(order: JobOrder, devices: Iterable[str], environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a job: all of the pool's own, with what the job asked for put over it.

    Secrets (`SETPOINT_SECRET_*`) reach a job this way only: they are in no file, no log and no argument.
    """
    threads = str(max(1, math.floor(order.resources.cpus)))
    own = {
        "SETPOINT_RUN": order.run,
        "SETPOINT_ATTEMPT": str(order.attempt),
        "SETPOINT_CPUS": f"{order.resources.cpus:g}",
        "SETPOINT_MEMORY": str(round(order.resources.memory)),
        "SETPOINT_GPUS": str(order.resources.gpus),
        DEVICES: ",".join(devices),
        "PYTHONUNBUFFERED": "1",
    }
    return {**environ, **dict.fromkeys(THREADS, threads), **own}


def devices_of(environ: Mapping[str, str], count: int) -> tuple[str, ...]:
    """Return the names of the devices that a pool of this many may give out: those that the daemon itself was given."""
    given = [name.strip() for name in environ.get(DEVICES, "").split(",")]
    return tuple(name for name in given if name) or tuple(map(str, range(count)))


def pick(devices: Iterable[str], taken: Iterable[str], count: int) -> tuple[str, ...] | None:
    """Return the first devices that nobody has; None where there are too few."""
    busy = set(taken)
    free = [device for device in devices if device not in busy]
    return tuple(free[:count]) if len(free) >= count else None
