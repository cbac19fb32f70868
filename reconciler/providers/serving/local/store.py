"""The folder of local serving: what is written where, each file whole or not at all.

    lock                    held while anything is written
    gate.json               the ports that were chosen
    endpoints/<name>.json   an endpoint; `records` tells what is in it
    leaving/<name>~<n>.json a deleted endpoint, until the last of its processes has ended
    replicas/<id>.*         a replica's configuration, lock, log, and its last words
    counts/<name>.json      what was counted of an endpoint
    metrics/<name>.prom     the same as metrics, for anybody to read
    caddy/                  the files of the two Caddys and of the authorizer, and in `sites.json` what was routed last
    models/<id>/            a revision's model, where it came from elsewhere
    secrets/<id>.json       how it is reached there; `.keys.json`: the API keys that let clients in
    secrets/tokens          what tokens for internal endpoints are made of
    logs/<name>/<revision>/ payload logs; they stay when the endpoint goes

What can't be read isn't absent: it is told as an error of its endpoint, of which nothing is changed. Others live on.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler import untrusted
from reconciler.disk import writing
from reconciler.home import kept_secret
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import Address, Digest, name_of
from reconciler.providers.serving.local.record_files import ENDPOINTS, LEAVING, RecordFiles
from reconciler.providers.serving.local.records import EndpointRecord
from runners.contract.endpoint_tokens import key_of

_LONGEST_SOCKET_FOLDER = 70
"""A socket's whole path has 103 characters at most (unix(7), macOS); names below the folder have up to 30."""


@dataclass(frozen=True, slots=True)
class ReplicaFiles:
    """The files of one replica."""

    config: Path
    lock: Path
    log: Path
    former_log: Path
    words: Path
    socket: Path


class Store:
    """Reads and writes the folder; a file that hasn't changed is not read again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sockets = _sockets(folder)
        """The folder of all sockets."""
        self._replicas: dict[tuple[Address, Digest, int], ReplicaFiles] = {}
        self._records = RecordFiles(folder)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from writing to the folder."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def endpoints(self) -> dict[Address, EndpointRecord]:
        """Read every endpoint that can be read; `unread` tells of the others."""
        return {record.deployment: record for record in self._records.all(ENDPOINTS)[0].values()}

    def endpoint(self, deployment: Address) -> EndpointRecord | None:
        """Read one endpoint; None when there is none.

        Raises:
            Unavailable: it is there and can't be read.
        """
        return self._records.read(self._endpoint_file(deployment))

    def leaving(self) -> dict[Path, EndpointRecord]:
        """Read every endpoint that was deleted and still has processes, and that can be read."""
        return self._records.all(LEAVING)[0]

    def unread(self, folder: str = ENDPOINTS) -> dict[Address, str]:
        """Say of each endpoint whose record can't be understood where that is, why, and what to do."""
        return self._records.all(folder)[1]

    def put(self, record: EndpointRecord) -> None:
        """Write an endpoint."""
        self.put_at(self._endpoint_file(record.deployment), record)

    def put_at(self, path: Path, record: EndpointRecord) -> None:
        """Write an endpoint to the file that it was read from."""
        write(path, record.as_json())
        self._records.remember(path, record)

    def put_aside(self, deployment: Address) -> bool:
        """Move an endpoint out of sight, until its processes have ended; tell whether there was one."""
        path = self._endpoint_file(deployment)
        aside = self.folder / "leaving" / f"{path.stem}~{time.time_ns()}.json"
        aside.parent.mkdir(exist_ok=True, mode=0o700)
        with contextlib.suppress(FileNotFoundError):
            path.rename(aside)
            return True
        return False

    def replica(self, deployment: Address, revision: Digest, slot: int) -> ReplicaFiles:
        """Return the files of a replica."""
        key = (deployment, revision, slot)
        if key not in self._replicas:
            self._replicas[key] = self._files_of(*key)
        return self._replicas[key]

    def _files_of(self, deployment: Address, revision: Digest, slot: int) -> ReplicaFiles:
        name = f"{name_of(deployment)}-{revision}-{slot}"
        place = self.folder / "replicas" / name
        socket = self.sockets / f"{hashlib.sha256(name.encode()).hexdigest()[:20]}.sock"
        ends = (".json", ".lock", ".log", ".former.log", ".words.json")
        config, lock, log, former, words = (place.with_name(name + end) for end in ends)
        return ReplicaFiles(config, lock, log, former, words, socket)

    def remove_replica(self, files: ReplicaFiles) -> None:
        """Remove the files of a replica whose process has ended."""
        for path in (files.config, files.lock, files.log, files.former_log, files.words, files.socket):
            path.unlink(missing_ok=True)

    def first_slot(self, deployment: Address, revision: Digest) -> int:
        """Return a slot's number that no process of a revision has, not even of one that was deleted a moment ago.

        Raises:
            Unavailable: what was deleted can't be read.
        """
        if why := self.unread(LEAVING).get(deployment):
            raise Unavailable(why)
        former = (record for record in self.leaving().values() if record.deployment == deployment)
        return max((r.revisions[revision].next_slot for r in former if revision in r.revisions), default=0)

    def model_of(self, deployment: Address, revision: Digest) -> Path:
        """Return where a revision's model is kept, if it comes from elsewhere."""
        return self.folder / "models" / f"{name_of(deployment)}-{revision}"

    def keep_secrets(self, deployment: Address, revision: Digest, secrets: Mapping[str, str]) -> None:
        """Keep the environment variables by which a revision's model is reached, for this user alone to read."""
        _keep_private(self._secrets_file(deployment, revision), secrets)

    def keep_keys(self, deployment: Address, revision: Digest, keys: Mapping[str, str]) -> None:
        """Keep the API keys that let clients in, for this user alone to read."""
        _keep_private(self._keys_file(deployment, revision), keys)

    def keys_of(self, deployment: Address, revision: Digest) -> Mapping[str, str]:
        """Return the API keys that let clients in, by the names of their secrets."""
        return read_json(self._keys_file(deployment, revision))

    def token_key(self, deployment: Address) -> str:
        """Return the key of which an endpoint's tokens are made: derived from a root, which is made where none is.

        The folder is locked meanwhile. Whoever deletes that file takes back every token at once.
        """
        return key_of(kept_secret(self.folder / "secrets" / "tokens"), name_of(deployment))

    def secrets_of(self, deployment: Address, revision: Digest) -> Mapping[str, str]:
        """Return the environment variables by which a revision's model is reached."""
        return read_json(self._secrets_file(deployment, revision))

    def forget_revision(self, deployment: Address, revision: Digest) -> None:
        """Remove what was kept for a revision whose last process has ended."""
        self._secrets_file(deployment, revision).unlink(missing_ok=True)
        self._keys_file(deployment, revision).unlink(missing_ok=True)
        shutil.rmtree(self.model_of(deployment, revision), ignore_errors=True)

    def _secrets_file(self, deployment: Address, revision: Digest) -> Path:
        return self.folder / "secrets" / f"{name_of(deployment)}-{revision}.json"

    def _keys_file(self, deployment: Address, revision: Digest) -> Path:
        return self.folder / "secrets" / f"{name_of(deployment)}-{revision}.keys.json"

    def logs_of(self, deployment: Address) -> Path:
        """Return the folder of an endpoint's payload logs."""
        return self.folder / "logs" / name_of(deployment)

    def prepare(self) -> None:
        """Make the folders that processes write to, for this user only.

        Raises:
            PermissionError: the temporary folder of the sockets belongs to another user.
        """
        for name in ("replicas", "caddy", "metrics", "counts", "logs"):
            (self.folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        self.sockets.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.sockets.mkdir(exist_ok=True, mode=0o700)
        if self.sockets.parent.stat().st_uid != os.getuid():
            raise PermissionError(1, "it belongs to another user", str(self.sockets.parent))

    def remove(self) -> None:
        """Remove all that is kept, and the sockets.

        Raises:
            Unavailable: it can't be removed.
        """
        for folder in (self.sockets, self.folder):
            with writing(folder), contextlib.suppress(FileNotFoundError):
                shutil.rmtree(folder)

    def _endpoint_file(self, deployment: Address) -> Path:
        return self.folder / "endpoints" / f"{name_of(deployment)}.json"


def _keep_private(path: Path, told: Mapping[str, str]) -> None:
    """Write a file that nobody but this user can ever read; nothing to keep is no file."""
    if told:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(dict(told), file)


def _sockets(folder: Path) -> Path:
    """Return a folder whose path is short enough: within this one where that is, else a private temporary one."""
    near = folder / "run"
    if len(os.fsencode(near)) <= _LONGEST_SOCKET_FOLDER:
        return near
    key = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"setpoint-{os.getuid()}" / key


def read_json(path: Path) -> dict[str, Any]:
    """Read a file that another version of it can be made for; empty where it isn't there or can't be understood."""
    try:
        return untrusted.read_object(path)
    except Refused:
        return {}


def write(path: Path, told: Mapping[str, Any] | str) -> None:
    """Write a file so that it is there whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    text = told if isinstance(told, str) else json.dumps(told, indent=1)
    try:
        part.write_text(text, encoding="utf-8")
    except FileNotFoundError:
        part.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.write_text(text, encoding="utf-8")
    part.replace(path)
