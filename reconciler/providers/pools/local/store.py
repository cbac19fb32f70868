"""The folder of a local pool: what is written where, each file whole or not at all.

    lock               held while anything is written
    pools/<pool>.json  each pool's configuration
    jobs/<run>/        a folder a job; `records` tells what is in it
    leaving/<run>~<n>/ jobs that were cancelled, until the last of their processes has ended

Nothing is synchronised to the disk: after a loss of power no process runs either, and what is unreadable is taken for
absent, so that it is ordered again.
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.model.errors import Refused
from reconciler.model.ids import Address, RunName, file_name
from reconciler.model.kinds.pools import Pool
from reconciler.ports.pool import JobOrder, order_as_json, order_from_json, request_as_json
from reconciler.providers.pools.local.index import Index
from reconciler.providers.pools.local.records import (
    Admission,
    Exit,
    Process,
    Record,
    exit_from_json,
    time_of,
)
from reconciler.providers.pools.local.supervisor import create
from reconciler.untrusted import read_object


@dataclass(frozen=True, slots=True)
class Configured:
    """A pool's configuration. `leaving` ones go when the last of their jobs has ended."""

    pool: Address
    spec: Pool
    leaving: bool = False


class Store:
    """Reads and writes the folder of a pool. `jobs`, `leaving` and `pools` are as of the last `refresh`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.jobs: Index[Record] = Index(folder / "jobs", read_record)
        self.leaving: Index[Record] = Index(folder / "leaving", read_record)
        self.pools: Index[Configured] = Index(folder / "pools", _read_configured)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from writing to the folder."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def refresh(self) -> None:
        """See what has changed in the folder."""
        for index in (self.jobs, self.leaving, self.pools):
            index.refresh()

    @property
    def version(self) -> int:
        """Return a number that rises whenever anything in the folder has changed."""
        return self.jobs.version + self.leaving.version + self.pools.version

    def folder_of(self, run: RunName) -> Path:
        """Return the folder of a job."""
        return self.folder / "jobs" / file_name(run)

    def record(self, run: RunName) -> Record | None:
        """Return what is known of a job."""
        return self.jobs.get(file_name(run))

    def put_order(self, order: JobOrder, submitted: float) -> None:
        """Write an order, the request first: once `order.json` is there, the job is."""
        folder = self.folder_of(order.run)
        known = self.jobs.refresh_one(folder.name)
        if known is None:
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / f"{order.attempt}.request.json").write_text(request_as_json(order, indent=1), encoding="utf-8")
        _keep_secrets(folder / f"{order.attempt}.secrets.json", order.secrets)
        told = {**order_as_json(order), "submitted": submitted}
        _replace(folder / "order.json", json.dumps(told, indent=1))
        if known is not None:
            _remove_attempt(folder, known.order.attempt)
        self.jobs.refresh_one(folder.name)

    def secrets_of(self, order: JobOrder) -> Mapping[str, str]:
        """Return the environment variables that an order came with; nothing else of it shows them."""
        return read_object(self.folder_of(order.run) / f"{order.attempt}.secrets.json")

    def runner_of(self, order: JobOrder) -> str:
        """Return the runner that an order's request asks for; empty where it can't be read here."""
        try:
            told = read_object(self.folder_of(order.run) / f"{order.attempt}.request.json")
        except Refused:
            return ""
        return str(told.get("runner", ""))

    def forget_secrets(self, orders: Iterable[JobOrder]) -> None:
        """Delete the secrets of attempts that have ended; what a job has put in their place stays with its folder."""
        for order in orders:
            with suppress(OSError):
                (self.folder_of(order.run) / f"{order.attempt}.secrets.json").unlink(missing_ok=True)

    def put_admission(self, record: Record, admission: Admission) -> Record | None:
        """Write that an attempt was let in."""
        told = json.dumps({"at": admission.at, "devices": admission.devices})
        return self._put(record, "admitted", told)

    def put_asked(self, order: JobOrder, process: Process) -> None:
        """Write which warm process was asked to begin an attempt."""
        told = json.dumps({"pid": process.pid, "identity": process.identity})
        create(str(self.folder_of(order.run) / f"{order.attempt}.asked.json"), told)

    def asked(self, order: JobOrder) -> Process | None:
        """Return which warm process was asked to begin an attempt, by this daemon or another; None if none was."""
        try:
            told = read_object(self.folder_of(order.run) / f"{order.attempt}.asked.json")
            return Process(int(told["pid"]), str(told["identity"])) if told else None
        except (KeyError, TypeError, ValueError, Refused):
            return None

    def put_exit(self, record: Record, ended: float, message: str, **told: Any) -> Record | None:
        """Write how an attempt ended that left no word itself; if it did meanwhile, its own word stands."""
        text = json.dumps({"ended": ended, "why": "lost", "message": message, **told})
        return self._put(record, "exit", text)

    def _put(self, record: Record, what: str, text: str) -> Record | None:
        folder = self.folder_of(record.run)
        create(str(folder / f"{record.order.attempt}.{what}.json"), text)
        return self.jobs.refresh_one(folder.name)

    def put_aside(self, run: RunName) -> Record | None:
        """Move a job's folder out of sight; return what the job was. Its files stay until `remove`."""
        folder = self.folder_of(run)
        record = self.jobs.refresh_one(folder.name)
        aside = self.folder / "leaving" / f"{folder.name}~{time.time_ns()}"
        aside.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            folder.rename(aside)
        except FileNotFoundError:
            return None
        self.jobs.refresh_one(folder.name)
        self.leaving.refresh_one(aside.name)
        return record

    def remove(self, name: str) -> None:
        """Delete a folder that was put aside."""
        shutil.rmtree(self.folder / "leaving" / name, ignore_errors=True)
        self.leaving.refresh_one(name)

    def put_pool(self, pool: Address, spec: Pool, *, leaving: bool = False) -> None:
        """Write a pool's configuration."""
        path = self.folder / "pools" / f"{file_name(pool)}.json"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        told = {"pool": pool, "spec": spec.model_dump(mode="json", exclude_unset=True), "leaving": leaving}
        _replace(path, json.dumps(told, indent=1))
        self.pools.refresh_one(path.name)

    def remove_pool(self, pool: Address) -> None:
        """Delete a pool's configuration."""
        path = self.folder / "pools" / f"{file_name(pool)}.json"
        path.unlink(missing_ok=True)
        self.pools.refresh_one(path.name)


def read_record(folder: Path) -> Record | None:
    """Read what the files in a job's folder say; None without a whole order.

    Raises:
        OSError: a file is there and can't be read: what it says is unknown, not absent.
    """
    try:
        told = read_object(folder / "order.json")
        order, submitted = order_from_json(told), time_of(told["submitted"])
        return _with_attempt(folder, order, submitted)
    except (KeyError, TypeError, ValueError, OverflowError, Refused):
        return None


def _with_attempt(folder: Path, order: JobOrder, submitted: float) -> Record:
    """Read what became of an order's newest attempt. An end that can't be read is one all the same: a failure.

    A job can write to this folder, as its supervisor can.
    """
    attempt = order.attempt
    admitted = read_object(folder / f"{attempt}.admitted.json")
    claim = _claim(folder / f"{attempt}.claim.json") if admitted else {}
    return Record(
        order=order,
        submitted=submitted,
        admission=Admission(time_of(admitted["at"]), tuple(map(str, admitted["devices"]))) if admitted else None,
        process=Process(int(claim["pid"]), str(claim["identity"])) if claim else None,
        exit=_exit(folder / f"{attempt}.exit.json"),
    )


def _claim(path: Path) -> Mapping[str, Any]:
    """Read who claimed an attempt; a claim that can't be read counts as none, so that its process is waited for."""
    try:
        return read_object(path)
    except Refused:
        return {}


def _exit(path: Path) -> Exit | None:
    try:
        told = read_object(path)
        return exit_from_json(told) if told else None
    except (KeyError, TypeError, ValueError, OverflowError, Refused) as error:
        why = error.message if isinstance(error, Refused) else "what its supervisor left can't be understood"
        return Exit(ended=path.lstat().st_mtime, why="lost", message=why)


def _read_configured(path: Path) -> Configured | None:
    try:
        told = read_object(path)
        if path.suffix != ".json" or not told:
            return None
        return Configured(Address(told["pool"]), Pool.model_validate(told["spec"]), bool(told.get("leaving")))
    except (KeyError, TypeError, ValueError, Refused):
        return None


def _replace(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _keep_secrets(path: Path, secrets: Mapping[str, str]) -> None:
    """Write secrets to a file that only its owner can read, from its first byte on."""
    if not secrets:
        return
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(dict(secrets), file)


def _remove_attempt(folder: Path, attempt: int) -> None:
    for path in folder.glob(f"{attempt}.*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
