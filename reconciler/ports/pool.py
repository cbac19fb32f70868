"""Runner pools: where jobs wait for a slot, run, and leave their exit code."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Pool
from reconciler.model.kinds.spec import Resources
from reconciler.model.observed import PoolListing
from runners.contract.formats import format_of

FORMAT = 1
"""The newest format of a kept order that is known here."""
LOG_LIMIT = 2**20
"""Bytes of a log that are told: its last ones."""


@dataclass(frozen=True, slots=True)
class JobOrder:
    """A job as it is handed to a pool. `request` is what `runners.contract.request` reads; `timeout` is seconds.

    `attempt` counts from 1: an order whose attempt is above that of the finished job of the same name replaces it;
    any other order for a known name changes nothing. `inputs` are the runs whose output the job reads: the listing
    tells them again, so that none of them is dropped under it. `image` is the container image that the job asks for: a
    pool that runs no containers refuses it, as a job that can never fit. `secrets` are environment variables that no
    argument, no log and no file that others can read may show.
    """

    run: RunName
    pool: Address
    team: str
    resources: Resources
    timeout: float
    request: Mapping[str, Any] = field(default_factory=dict)
    attempt: int = 1
    inputs: tuple[RunName, ...] = ()
    image: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


def order_as_json(order: JobOrder) -> dict[str, Any]:
    """Write an order for a pool that keeps it, without its request."""
    return {
        "format": FORMAT,
        "run": order.run,
        "pool": order.pool,
        "team": order.team,
        "resources": order.resources.model_dump(mode="json"),
        "timeout": order.timeout,
        "attempt": order.attempt,
        "inputs": list(order.inputs),
        **({"image": order.image} if order.image else {}),
    }


def order_from_json(told: Mapping[str, Any]) -> JobOrder:
    """Read what `order_as_json` wrote, here or in another version of the same format; the request is empty.

    Raises:
        KeyError, TypeError, ValueError: it is something else.
    """
    format_of(told, FORMAT)
    asked = {name: value for name, value in dict(told["resources"]).items() if name in Resources.model_fields}
    return JobOrder(
        run=RunName(told["run"]),
        pool=Address(told["pool"]),
        team=str(told["team"]),
        resources=Resources.model_validate(asked),
        timeout=float(told["timeout"]),
        attempt=int(told["attempt"]),
        inputs=tuple(RunName(str(run)) for run in told.get("inputs", ())),
        image=str(told.get("image", "")),
    )


def image_refusal(order: JobOrder) -> str:
    """Say why a pool that runs no containers can't run a job; empty where it asks for no image."""
    if not order.image:
        return ""
    return (
        f"asks for the image {order.image} and the jobs of {order.pool} run in no containers: leave runner.image out, "
        "or use a pool on Kubernetes"
    )


def request_as_json(order: JobOrder, indent: int | None = None) -> str:
    """Write what the runner is to read.

    Raises:
        TypeError: the request holds what JSON has no word for.
    """
    return json.dumps(order.request, default=_plain, indent=indent)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    raise TypeError(f"a request holds {type(value).__name__}, which JSON has no word for: {value!r}")


class RunnerPool(Protocol):
    """Jobs in slots that teams share."""

    def list(self) -> PoolListing:
        """List all jobs that the pools know, and the pools' configuration."""

    def configure(self, pool: Address, spec: Pool | None) -> None:
        """Give a pool its capacity and shares; None takes it away once its jobs have ended."""

    def submit(self, order: JobOrder) -> None:
        """Queue a job."""

    def cancel(self, run: RunName) -> None:
        """Stop a job, if it runs, and forget it."""

    def logs(self, run: RunName) -> str:
        """Return what a job has printed, its newest attempt's last MiB at the most.

        Raises:
            FileNotFoundError: no such job is known.
        """

    def settle(self) -> bool:
        """Let time pass: admit, reap, stop what overstays. Return whether anything changed since the last call."""


@runtime_checkable
class KeepsLogs(Protocol):
    """A pool whose logs are files of this machine; not every pool has such."""

    def log_file(self, run: RunName) -> Path:
        """Return where all lies that a job's newest attempt has printed; it may not have begun.

        Raises:
            FileNotFoundError: no such job is known.
        """
