"""The folder of a Ray pool: what the cluster can't know yet, and what it may forget.

    lock                 held while anything is written
    pools/<pool>.json    each pool's configuration
    orders/<run>.json    each run's newest order: whether the cluster has taken it, and how it ended
    leaving/<run>.json   runs that were cancelled, until nothing of them is left on the cluster

Deleting it loses nothing for good: pools are configured anew, waiting orders are ordered anew, and all others are found
on the cluster.
"""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Pool
from reconciler.providers.pools.ray.json_folder import JsonFolder
from reconciler.providers.pools.ray.records import Record, record_as_json, record_from_json


@dataclass(frozen=True, slots=True)
class Configured:
    """A pool's configuration. `leaving` ones go when the last of their jobs has ended."""

    pool: Address
    spec: Pool
    leaving: bool = False


class Store:
    """Reads and writes the folder of a pool; the json_folders are as of the last `refresh`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.orders: JsonFolder[Record] = JsonFolder(folder / "orders", record_from_json, record_as_json)
        self.pools: JsonFolder[Configured] = JsonFolder(folder / "pools", _read_pool, _write_pool)
        self.leaving: JsonFolder[RunName] = JsonFolder(
            folder / "leaving", lambda told: RunName(told["run"]), _write_run
        )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from writing to the folder."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def refresh(self) -> None:
        """See what has changed in the folder."""
        for json_folder in (self.orders, self.pools, self.leaving):
            json_folder.refresh()

    @property
    def version(self) -> int:
        """Return a number that rises whenever anything in the folder has changed."""
        return self.orders.version + self.pools.version + self.leaving.version


def _read_pool(told: Mapping[str, Any]) -> Configured:
    return Configured(Address(told["pool"]), Pool.model_validate(told["spec"]), bool(told["leaving"]))


def _write_pool(known: Configured) -> Mapping[str, Any]:
    spec = known.spec.model_dump(mode="json", exclude_unset=True)
    return {"pool": known.pool, "spec": spec, "leaving": known.leaving}


def _write_run(run: RunName) -> Mapping[str, Any]:
    return {"run": run}
