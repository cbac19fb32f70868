"""An order, as a cluster's pool hands it to the launcher: in environment variables, since no file is there yet.

| variable | holds |
|---|---|
| `SETPOINT_ORDER` | what is to be run, for how long, on how much: the fields of `Order`, as JSON |
| `SETPOINT_REQUEST` | the request that the runner reads, as JSON |
| `SETPOINT_SEALED` | secrets of this job alone, sealed, where it has any: see `seal` |
| `SETPOINT_REQUEST_PACKED` | or the same by zlib and Base64, where it is long: a variable has a largest size |

The job doesn't see these; what it sees instead is said in `job_environ`.
"""

import json
import zlib
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field

ORDER, REQUEST, PACKED = "SETPOINT_ORDER", "SETPOINT_REQUEST", "SETPOINT_REQUEST_PACKED"
SEALED, SECRET = "SETPOINT_SEALED", "SETPOINT_SECRET_"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run. `command` gets the path of the request at its end; amounts are those of each node.

    `resources` are what else each node is to have, by the cluster's own names; `placement` is how several nodes are
    chosen, a strategy of Ray's placement groups. `sealed_with` names the secret that opens the job's own.
    """

    run: str
    attempt: int
    command: tuple[str, ...]
    timeout: float
    grace: float
    cpus: float = 1.0
    memory: float = 0.0
    gpus: int = 0
    nodes: int = 1
    resources: Mapping[str, float] = field(default_factory=dict)
    placement: str = "SPREAD"
    sealed_with: str = ""

    @property
    def headline(self) -> str:
        """Return the line that the launcher prints before anything that the job prints."""
        return f"setpoint: attempt {self.attempt} of {self.run!r} begins"


def read_order(environ: Mapping[str, str]) -> tuple[Order, str]:
    """Read the order and the request.

    Raises:
        KeyError, TypeError, ValueError, zlib.error: there is no order, or none that this version understands.
    """
    order = Order(**json.loads(environ[ORDER]))
    if PACKED in environ:
        return order, zlib.decompress(b64decode(environ[PACKED])).decode()
    return order, environ[REQUEST]


def job_environ(order: Order, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a job: the cluster's own, secrets included, and what the order gives it."""
    kept = {name: value for name, value in environ.items() if name not in (ORDER, REQUEST, PACKED)}
    return {
        **kept,
        "SETPOINT_RUN": order.run,
        "SETPOINT_ATTEMPT": str(order.attempt),
        "SETPOINT_CPUS": f"{order.cpus:g}",
        "SETPOINT_MEMORY": str(round(order.memory)),
        "SETPOINT_GPUS": str(order.gpus),
        "PYTHONUNBUFFERED": "1",
    }
