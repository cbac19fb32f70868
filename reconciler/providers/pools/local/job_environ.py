"""A job's environment variables, and the devices that are its own.

A job inherits what programs need to run at all, what the pool's option `inherit` names, and the secrets that its own
request refers to: no other team's, and nothing else that the daemon was started with.
"""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.ports.pool import JobOrder
from runners.contract import variables
from runners.contract.secrets import PREFIX, SECRET

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


def secrets_named(request: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, str]:
    """Return the secrets that a request refers to as `${secret:NAME}`, as environment variables; those that are set."""
    names = {PREFIX + name for name in SECRET.findall(json.dumps(request))}
    return {name: environ[name] for name in sorted(names) if name in environ}


def job_environ(order: JobOrder, devices: Iterable[str], environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables of a job: those given, with what the job asked for put over them.

    Secrets (`SETPOINT_SECRET_*`) reach a job this way only: they are in no log and no argument, nor in any file that
    others may read.
    """
    threads = str(max(1, math.floor(order.resources.cpus)))
    asked = order.resources
    told = variables.told(order.run, order.attempt, cpus=asked.cpus, memory=asked.memory, gpus=asked.gpus)
    return {**environ, **dict.fromkeys(THREADS, threads), **told, DEVICES: ",".join(devices)}


def devices_of(environ: Mapping[str, str], count: int) -> tuple[str, ...]:
    """Return the names of the devices that a pool of this many may give out: those that the daemon itself was given."""
    given = [name.strip() for name in environ.get(DEVICES, "").split(",")]
    return tuple(name for name in given if name) or tuple(map(str, range(count)))


def pick(devices: Iterable[str], taken: Iterable[str], count: int) -> tuple[str, ...] | None:
    """Return the first devices that nobody has; None where there are too few."""
    busy = set(taken)
    free = [device for device in devices if device not in busy]
    return tuple(free[:count]) if len(free) >= count else None
