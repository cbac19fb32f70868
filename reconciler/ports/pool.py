"""Runner pools: where jobs wait for a slot, run, and leave their exit code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Pool
from reconciler.model.kinds.spec import Resources
from reconciler.model.observed import PoolListing


@dataclass(frozen=True, slots=True)
class JobOrder:
    """A job as it is handed to a pool. `request` is what `runners.contract.Request` reads; `timeout` is seconds.

    `attempt` counts from 1: an order whose attempt is above that of the finished job of the same name replaces it;
    any other order for a known name changes nothing. `secrets` are environment variables that no file that others can
    read, argument or log of the pool may show.
    """

    run: RunName
    pool: Address
    team: str
    resources: Resources
    timeout: float
    request: Mapping[str, Any] = field(default_factory=dict)
    attempt: int = 1
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


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
