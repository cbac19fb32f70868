"""Telling of runs: what became of them is sent to a catalogue, as events of OpenLineage.

1. What is to be sent is committed with the status that it follows from, in `lineage.yaml`, before it is sent.
2. It is sent by an outbox until it is taken. What was taken goes from the file with the next commit of the status: a
   daemon that begins anew may send it once more, under the same id.
3. What the catalogue refuses for good (a status of 400 to 499, but for 401, 403, 408, 429) is lost, counted and told.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import structlog
from structlog.typing import FilteringBoundLogger as BoundLogger

from reconciler.lineage.events import Place, event
from reconciler.lineage.ledger import Ledger, Transition, advance, as_document, of_document, without
from reconciler.loop.ledgers import LedgerFile
from reconciler.loop.outbox import FIRST_PAUSE, Counts, Outbox
from reconciler.loop.transports import send
from reconciler.model.environment import Lineage
from reconciler.model.ids import Address, CommitId, RunName, owner_of
from reconciler.model.observed import Actual
from reconciler.model.resource import Desired
from reconciler.ports.data import DataReader
from reconciler.settings import reveal
from reconciler.status.read import StatusFiles

FILE = "lineage.yaml"
"""Where the ledger stands on the status branch."""
LARGEST = 2**20
"""Bytes of an event; of a larger one the columns are left out."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a pass saw, by which events are made."""

    to: Lineage
    desired: Desired
    results: Mapping[RunName, Mapping[str, Any]]
    reader: DataReader


class Telling:
    """Remembers what is to be told of runs, and tells it. The loop's thread calls it; one of its own sends.

    Args:
        place: where runs are made; the namespace comes from the environment's file.
        may_send: told before each event; False where the lease is lost.
        folder: where files of events lie.
        secret: returns what `${secret:NAME}` stands for, and raises `Refused` where it isn't set.
        first_pause: seconds after the first attempt that failed; they double.
        log: where it is told that events aren't taken.
    """

    def __init__(
        self,
        place: Place,
        may_send: Callable[[], bool],
        *,
        folder: Path | None = None,
        secret: Callable[[str], str] = reveal,
        first_pause: float = FIRST_PAUSE,
        log: BoundLogger | None = None,
    ) -> None:
        self._events = _Events(place, folder, secret)
        log = log or structlog.get_logger()
        self._outbox = Outbox("lineage", self._events.send, may_send, log=log, first_pause=first_pause)
        self._file = LedgerFile(FILE, Ledger(), of_document, as_document, self._outbox.complain)

    @property
    def counts(self) -> Counts:
        """Return how many events were sent and lost, and how many wait."""
        return self._outbox.counts

    def edits(
        self, status: StatusFiles, desired: Desired, actual: Actual, commit: CommitId, others: bool
    ) -> dict[str, bytes | None]:
        """Return what a pass changes of the ledger on the status branch; empty where nothing has to be written.

        Args:
            status: the status as it is.
            desired: what the pass's commit asks for.
            actual: what the pass saw.
            commit: the pass's commit.
            others: whether the pass writes something else anyway; only then it is written what was sent.
        """
        if desired.environment.lineage is None:
            return self._file.dropped(status)
        before = self._file.read(status)
        after = advance(before, actual, commit)
        edits = self._file.advanced(before, after, without(after, self._outbox.sent), others=others)
        if edits and (lost := after.lost - before.lost):
            self._outbox.lose(lost, "more events wait than are kept")
        return edits

    def recorded(self, desired: Desired, actual: Actual, reader: DataReader) -> None:
        """Send what the status branch says is to be sent: it was committed, or nothing had to be."""
        to = desired.environment.lineage
        self._events.seen = _Seen(to, desired, actual.results, reader) if to else None
        self._outbox.fill(self._file.next.pending, active=to is not None)


class _Events:
    """Makes events of what the newest pass saw, and sends them. It knows nothing of who tells it what to send."""

    def __init__(self, place: Place, folder: Path | None, secret: Callable[[str], str]) -> None:
        self._place = place
        self._folder = folder
        self._secret = secret
        self.seen: _Seen | None = None

    def send(self, told: Transition) -> None:
        """Send one event.

        Raises:
            Unavailable: it wasn't taken, and may be later.
            Refused: it never will be.
        """
        if (seen := self.seen) is not None:
            send(seen.to, self._folder, self._secret, self._body(told, seen))

    def _body(self, told: Transition, seen: _Seen) -> bytes:
        place = replace(self._place, namespace=seen.to.namespace)
        owners = {resource.identity: resource for resource in seen.desired.resources.values()}
        resource = owners.get(Address(owner_of(told.run)))
        made = event(told, place, resource, seen.results.get(told.run, {}), seen.reader.read)
        body = json.dumps(made, ensure_ascii=True, allow_nan=False).encode()
        if len(body) > LARGEST:
            for output in made["outputs"]:
                output["facets"] = {key: facet for key, facet in output["facets"].items() if key == "version"}
            body = json.dumps(made, ensure_ascii=True, allow_nan=False).encode()
        return body
