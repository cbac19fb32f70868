"""Replicas as processes: what each is told, how it is seen, and what is done about it."""

import math
import re
import signal
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from reconciler.model.errors import Refused
from reconciler.model.ids import name_of
from reconciler.ports.serving import LOG_LIMIT
from reconciler.providers.serving.local.processes import bury, cpu_seconds, is_alive, spawn, tell
from reconciler.providers.serving.local.records import Replica, RevisionRecord
from reconciler.providers.serving.local.replica_lifecycle import Act, Seen
from reconciler.providers.serving.local.store import ReplicaFiles, Store, read_json, write
from reconciler.providers.serving.local.unix_http import ask
from reconciler.settings import inherited
from reconciler.untrusted import tail
from runners.contract.secrets import scrubbed, told

TIMEOUT = 0.2
"""Seconds that a replica has to say whether it is ready."""
_STORES = ("AWS_REGION", "AWS_DEFAULT_REGION")
"""What stores are found by, beside what every program may have."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
_TAIL = 16 * 1024
_STAMP = re.compile(r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.,\d]*\S*\s+(\d+\s+)?")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")


class Limits(NamedTuple):
    """Bytes of the largest request that is answered, and of a deployment's payload logs."""

    body: int = 16 * 2**20
    payloads: int = 2**30


class Replicas:
    """Starts, sees and ends the processes of replicas.

    Args:
        store: the folder.
        command: what a replica's process is; the path of its configuration is appended.
        environ: the daemon's environment variables, of which it inherits what programs need to run.
        limits: what they answer and log at most.
    """

    def __init__(self, store: Store, command: Sequence[str], environ: Mapping[str, str], limits: Limits) -> None:
        self._store = store
        self._command = tuple(command)
        self._environ = inherited(environ, _STORES)
        self._limits = limits
        self._log = structlog.get_logger()

    def files(self, revision: RevisionRecord, slot: int) -> ReplicaFiles:
        """Return the files of a replica."""
        return self._store.replica(revision.order.deployment, revision.digest, slot)

    def see(self, revision: RevisionRecord) -> dict[int, Seen]:
        """Look at the processes of a revision. Only one that is starting is asked anything."""
        return {replica.slot: self._see(revision, replica) for replica in revision.replicas}

    def _see(self, revision: RevisionRecord, replica: Replica) -> Seen:
        files = self.files(revision, replica.slot)
        if not is_alive(files.lock):
            return _scrubbed(_last_words(files), self._secrets(revision)) if replica.begun is not None else Seen()
        if replica.ready is not None or replica.leaving is not None:
            return Seen(alive=True, ready=replica.ready is not None)
        return Seen(alive=True, ready=_answers(files.socket, name_of(revision.order.deployment)))

    def act(self, revision: RevisionRecord, replica: Replica, act: Act) -> None:
        """Do what is to be done about a replica's process.

        Raises:
            OSError: it can't be started.
        """
        files = self.files(revision, replica.slot)
        if act is Act.SPAWN:
            self._spawn(revision, replica, files)
        elif act is Act.TERM:
            tell(files.lock, signal.SIGTERM)
        elif act is Act.KILL:
            tell(files.lock, signal.SIGKILL)
        elif act is Act.FORGET:
            bury(files.lock)
            self._store.remove_replica(files)

    def worked(self, revision: RevisionRecord, slot: int) -> float | None:
        """Return the seconds of CPU time that a replica's process has used; None where that isn't told."""
        return cpu_seconds(self.files(revision, slot).lock)

    def kill(self, revision: RevisionRecord, slot: int) -> None:
        """End a replica's process at once; another takes its place."""
        tell(self.files(revision, slot).lock, signal.SIGKILL)

    def _spawn(self, revision: RevisionRecord, replica: Replica, files: ReplicaFiles) -> None:
        if replica.crashes:
            self._log.warning(
                "a replica ended and is replaced",
                deployment=revision.order.deployment, revision=revision.digest, why=revision.failure,
            )  # fmt: skip
        bury(files.lock)
        for stale in (files.socket, files.words):
            stale.unlink(missing_ok=True)
        if files.log.exists():
            files.log.replace(files.former_log)
        config = self._told(revision, files)
        if read_json(files.config) != config:
            write(files.config, config)
        threads = dict.fromkeys(THREADS, str(_threads(revision)))
        secrets = self._store.secrets_of(revision.order.deployment, revision.digest)
        environ = {**self._environ, **told(secrets), **threads, "PYTHONUNBUFFERED": "1"}
        spawn(files.lock, [*self._command, str(files.config)], environ, files.log)

    def _told(self, revision: RevisionRecord, files: ReplicaFiles) -> dict[str, Any]:
        """Return a replica's configuration, as `runners.serve` reads it."""
        order = revision.order
        logs = self._store.logs_of(order.deployment) / order.revision
        return {
            **order.as_settings(),
            "name": name_of(order.deployment),
            "deployment": order.deployment,
            "revision": order.revision,
            "trial": order.trial,
            "model_url": order.model_url,
            "model_digest": order.model_digest,
            "keep": str(self._store.model_of(order.deployment, order.revision)),
            "socket": str(files.socket),
            "pid_file": str(files.lock),
            "words": str(files.words),
            "logs": str(logs) if order.log_payloads else None,
            "logs_quota": self._limits.payloads,
            "body_limit": self._limits.body,
            "threads": _threads(revision),
        }

    def logs(self, revision: RevisionRecord) -> dict[str, str]:
        """Return what a revision's replicas have printed lately, without the secrets that they were given.

        Raises:
            Refused: a log is no regular file.
        """
        share = LOG_LIMIT // max(1, len(revision.replicas))
        secrets = self._secrets(revision)
        texts = {r.slot: printed(self.files(revision, r.slot), share) for r in revision.replicas}
        return {f"{revision.digest}-{slot}": scrubbed(text, secrets) for slot, text in texts.items()}

    def log_files(self, revision: RevisionRecord) -> dict[str, tuple[Path, ...]]:
        """Return the files with all that each replica has printed, its former process before its newest."""
        files = {replica.slot: self.files(revision, replica.slot) for replica in revision.replicas}
        return {f"{revision.digest}-{slot}": (of.former_log, of.log) for slot, of in files.items()}

    def _secrets(self, revision: RevisionRecord) -> dict[str, str]:
        """Return what a revision's replicas, and the clients that they answer, may know: as an environment tells it."""
        of = revision.order.deployment, revision.digest
        return told({**self._store.secrets_of(*of), **self._store.keys_of(*of)})

    def in_rotation(self, revision: RevisionRecord) -> tuple[Path, ...]:
        """Return the sockets of the replicas that may be given requests.

        One that has crashed stays among them: Caddy passes it over, and needn't be told when it is back. While none has
        ever been ready, requests wait for the first.
        """
        proven = tuple(replica.slot for replica in revision.staying if replica.proven)
        slots = proven or tuple(replica.slot for replica in revision.staying) or (revision.next_slot,)
        return tuple(self.files(revision, slot).socket for slot in slots)


def _threads(revision: RevisionRecord) -> int:
    return max(1, math.floor(revision.order.resources.cpus))


def printed(files: ReplicaFiles, most: int) -> str:
    """Return the end of what a replica's former process and its newest one have printed, from a whole line on."""
    newest, is_whole = _end_of(files.log, most)
    left = most - len(newest)
    former, was_whole = _end_of(files.former_log, left) if is_whole and left else (b"", is_whole)
    text = former + (b"\n" if former and not former.endswith(b"\n") else b"") + newest
    if not was_whole:
        text = text.partition(b"\n")[2] or text
    return text.decode("utf-8", errors="replace")


def _end_of(log: Path, most: int) -> tuple[bytes, bool]:
    try:
        return tail(log, most)
    except FileNotFoundError:
        return b"", True


def _answers(socket: Path, name: str) -> bool:
    if not socket.exists():
        return False
    try:
        return ask(socket, f"/v2/models/{name}/ready", timeout=TIMEOUT)[0] == 200
    except OSError:
        return False


def _last_words(files: ReplicaFiles) -> Seen:
    """Return what is known of a process that has ended: what it said itself, or the last line that it printed."""
    said = read_json(files.words)
    if what := str(said.get("what", "")):
        where, fix = (str(said.get(name, "")) for name in ("where", "fix"))
        text = what + (f" (at {where})" if where else "") + (f": {fix}" if fix else "")
        return Seen(last_words=text, is_refusal=True)
    line = last_line(files.log)
    return Seen(last_words=f"its process ended; it last printed: {line}" if line else "its process ended in silence")


def _scrubbed(seen: Seen, secrets: Mapping[str, str]) -> Seen:
    return replace(seen, last_words=scrubbed(seen.last_words, secrets))


def last_line(log: Path) -> str:
    """Return the last line of a log, without what differs from time to time: times, process ids, addresses."""
    try:
        text, _ = tail(log, _TAIL)
    except (FileNotFoundError, Refused):
        return ""
    lines = [line.strip() for line in text.decode(errors="replace").splitlines() if line.strip()]
    return _ADDRESS.sub("0x…", _STAMP.sub("", lines[-1]))[:300] if lines else ""
