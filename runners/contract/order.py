"""An order, as a cluster's pool hands it to the launcher: in environment variables, since no file is there yet.

| variable | holds |
|---|---|
| `SETPOINT_ORDER` | what is to be run, for how long, on how much: the fields of `Order`, as JSON |
| `SETPOINT_REQUEST` | the request that the runner reads, as JSON |
| `SETPOINT_SEALED` | secrets of this job alone, sealed, where it has any: see `seal` |
| `SETPOINT_REQUEST_PACKED` | or the same by zlib and Base64, where it is long: a variable has a largest size |

The job doesn't see these; what it sees instead is said in `variables`.
"""

import json
import zlib
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from runners.contract import formats
from runners.contract.variables import ORDER, PACKED, REQUEST


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
    format: int = formats.ORDER

    @property
    def headline(self) -> str:
        """Return the line that the launcher prints before anything that the job prints."""
        return f"setpoint: attempt {self.attempt} of {self.run!r} begins"


def read_order(environ: Mapping[str, str]) -> tuple[Order, str]:
    """Read the order and the request. Fields that aren't known here are left out, as a newer daemon may tell more.

    Raises:
        UnknownFormat: a newer daemon wrote it, in a format that isn't known here.
        KeyError, TypeError, ValueError, zlib.error: there is no order.
    """
    told = json.loads(environ[ORDER])
    if not isinstance(told, dict):
        raise TypeError("it is no JSON object")
    formats.format_of(told, formats.ORDER)
    known = {item.name for item in fields(Order)}
    order = Order(**{name: value for name, value in told.items() if name in known})
    if PACKED in environ:
        return order, zlib.decompress(b64decode(environ[PACKED])).decode()
    return order, environ[REQUEST]
