"""A submission: what the cluster is asked for when a job is let in, and how its lists tell whose job that is.

All facts of an order but its request stand in the job's metadata, so that a daemon that has lost its folder knows them.
The request travels in environment variables. It holds no secret, only names of some: these a job finds in
`SETPOINT_SECRET_<NAME>`, which are set where the cluster's nodes start, and are in no list, no log and no metadata.
What a data store gives to one job alone is sealed (`seal`).
"""

import hashlib
import json
import math
import re
import shlex
import zlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from reconciler.model.errors import Refused
from reconciler.model.ids import RunName
from reconciler.ports.pool import JobOrder, order_as_json, order_from_json, request_as_json
from reconciler.providers.pools.ray.jobs_api import ClusterJob
from reconciler.providers.pools.ray.options import Options
from reconciler.untrusted import parse
from runners.contract import variables as names
from runners.contract.order import Order
from runners.contract.secrets import SECRET

OWNER, FACTS = "setpoint", "setpoint_order"
PLAIN = 30_000
"""Characters of a request that travels as it is, for people to read in the cluster's lists; a longer one is packed."""
LONGEST = 80_000
"""Characters of a packed request: Ray puts all variables into one, and Linux allows that 131,072 bytes."""


def submission_id(owner: str, run: RunName, attempt: int) -> str:
    """Name one attempt of a run on the cluster: readable, and no other has this name."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", run)[:60].strip("-")
    return f"{owner}-{readable}-{hashlib.sha256(run.encode(errors='surrogatepass')).hexdigest()[:10]}-{attempt}"


def submission(order: JobOrder, submitted: float, options: Options, sealed: str = "") -> dict[str, Any]:
    """Return what the cluster is asked for: the launcher, on what the order asks for.

    A job on several nodes takes nothing for itself: its launcher asks for the room of all of them at once. `sealed` are
    the secrets of this job alone.

    Raises:
        Refused: the request is too large for environment variables.
    """
    runtime = dict(options.runtime_env)
    runtime["env_vars"] = {**runtime.get("env_vars", {}), **variables(order, options)}
    runtime["env_vars"] |= {names.SEALED: sealed} if sealed else {}
    facts = {**order_as_json(order), "submitted": submitted}
    asked = order.resources
    room: dict[str, Any] = {
        "entrypoint_num_cpus": asked.cpus,
        "entrypoint_num_gpus": asked.gpus,
        "entrypoint_memory": math.ceil(asked.memory),
        "entrypoint_resources": options.resources.get(order.pool, {}),
    }
    return {
        "submission_id": submission_id(options.owner, order.run, order.attempt),
        "entrypoint": f"exec {shlex.quote(options.python)} -m runners.launcher",
        "runtime_env": runtime,
        "metadata": {"job_name": order.run, OWNER: options.owner, FACTS: json.dumps(facts)},
        **(room if asked.nodes == 1 else {}),
    }


def variables(order: JobOrder, options: Options) -> dict[str, str]:
    """Return the environment variables that the launcher reads (`runners.contract.order`).

    Raises:
        Refused: the request is too large for them.
    """
    asked, grace = order.resources, options.grace.total_seconds()
    told = Order(
        run=order.run,
        attempt=order.attempt,
        command=tuple(options.job),
        timeout=order.timeout,
        grace=grace,
        cpus=asked.cpus,
        memory=asked.memory,
        gpus=asked.gpus,
        nodes=asked.nodes,
        resources=options.resources.get(order.pool, {}),
        placement=options.placement,
        sealed_with="".join(SECRET.findall(options.seal)),
    )
    return {
        names.ORDER: _escaped(json.dumps(asdict(told))),
        **_request(request_as_json(order)),
        "RAY_JOB_STOP_WAIT_TIME_S": str(math.ceil(grace) + 2),
    }


def _request(text: str) -> dict[str, str]:
    if len(plain := _escaped(text)) <= PLAIN:
        return {names.REQUEST: plain}
    packed = b64encode(zlib.compress(text.encode(), 9)).decode()
    if len(packed) > LONGEST:
        what = f"its request of {len(text):,} characters is too large to be handed to a job of a Ray cluster"
        raise Refused(what, "make the spec's parameters smaller, or use another pool")
    return {names.PACKED: packed}


def _escaped(text: str) -> str:
    """Write JSON without the sign by which Ray would put other variables into it."""
    return text.replace("$", "\\u0024")


def read_facts(job: ClusterJob, owner: str) -> tuple[JobOrder, float] | None:
    """Read from a job's metadata what its order was, and when it was submitted; None where it isn't ours."""
    metadata: Mapping[str, str] = job.metadata or {}
    if metadata.get(OWNER) != owner:
        return None
    try:
        told = parse(metadata[FACTS])
        return order_from_json(told), float(told["submitted"])
    except (KeyError, TypeError, ValueError):
        return None
