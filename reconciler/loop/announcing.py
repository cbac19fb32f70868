"""Announcing: what needs a person is told to the routes of `notifications` in environment.yaml, and that it has ended.

1. What is to be sent is committed with the status that it follows from, in `notices.yaml`, before it is sent.
2. Each route has an outbox of its own: one that is down keeps no other waiting. What was sent goes from the file with
   the next commit of the status: a daemon that begins anew may send it once more, under the same names.
3. What can't be sent because a route is gone from environment.yaml is forgotten.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

import structlog
from structlog.typing import FilteringBoundLogger as BoundLogger

from reconciler.loop.delivery import deliver
from reconciler.loop.ledgers import LedgerFile
from reconciler.loop.outbox import FIRST_PAUSE, Counts, Outbox
from reconciler.model.errors import Refused
from reconciler.model.notifications import Notifications, Route
from reconciler.model.observed import Actual
from reconciler.model.plan import Plan
from reconciler.model.resource import Desired
from reconciler.notices.bodies import Sender
from reconciler.notices.causes import seen_by
from reconciler.notices.documents import as_document, of_document
from reconciler.notices.ledger import Ledger, Message, advance, due, without
from reconciler.ports.forge import Forge
from reconciler.settings import reveal
from reconciler.status.read import StatusFiles

FILE = "notices.yaml"
"""Where the ledger stands on the status branch."""


class Announcing:
    """Remembers what needs a person, and tells it. The loop's thread calls it; one for each route sends.

    Args:
        sender: who tells.
        may_send: told before each message; False where the lease is lost.
        secret: returns what `${secret:NAME}` stands for, and raises `Refused` where it isn't set.
        first_pause: seconds after the first attempt that failed; they double.
        log: where it is told that messages aren't taken.
    """

    def __init__(
        self,
        sender: Sender,
        may_send: Callable[[], bool],
        *,
        secret: Callable[[str], str] = reveal,
        first_pause: float = FIRST_PAUSE,
        log: BoundLogger | None = None,
    ) -> None:
        self._environment = sender.environment
        self._messages = _Messages(sender, secret)
        self._may_send = may_send
        self._first_pause = first_pause
        self._log = log or structlog.get_logger()
        self._file = LedgerFile(FILE, Ledger(), of_document, as_document, partial(_complain, self._log))
        self._outboxes: dict[str, Outbox[Message]] = {}

    @property
    def counts(self) -> Mapping[str, Counts]:
        """Return, by route, how many messages were sent and lost, and how many wait."""
        return {name: box.counts for name, box in sorted(self._outboxes.items())}

    def edits(
        self, status: StatusFiles, desired: Desired, actual: Actual, plan: Plan, others: bool
    ) -> dict[str, bytes | None]:
        """Return what a pass changes of the ledger on the status branch; empty where nothing has to be written.

        Args:
            status: the status as it is.
            desired: what the pass's commit asks for.
            actual: what the pass saw.
            plan: what it decided.
            others: whether the pass writes something else anyway; only then it is written what was sent.
        """
        to = desired.environment.notifications
        if to is None:
            return self._file.dropped(status)
        before = self._file.read(status)
        after = advance(before, seen_by(desired, actual, plan), to, self._environment, actual.now)
        if lost := after.lost - before.lost:
            self._log.warning("notices lost", messages=lost, why="more wait than are kept")
        left = without(after, [key for box in self._outboxes.values() for key in box.sent])
        return self._file.advanced(before, after, left, others=others)

    def recorded(self, desired: Desired, forge: Forge | None = None) -> None:
        """Send what the status branch says is to be sent: it was committed, or nothing had to be.

        Args:
            desired: what the pass's commit asks for.
            forge: the environment's, on which a route may tell people.
        """
        self._messages.forge = forge
        to = desired.environment.notifications or None
        routes = self._messages.routes = {route.name: route for route in to.routes} if to else {}
        for name in routes.keys() - self._outboxes.keys():
            self._outboxes[name] = Outbox(
                f"notices {name}", self._messages.send, self._may_send, log=self._log, first_pause=self._first_pause
            )
        for name, box in self._outboxes.items():
            box.fill([message for message in self._file.next.pending if message.route == name], active=name in routes)

    def wake(self, to: Notifications | None, now: datetime) -> datetime | None:
        """Return when time alone has something to tell, by what was recorded last; None where nothing is."""
        return due(self._file.next, to, now) if to else None


def _complain(log: BoundLogger, problem: str) -> None:
    log.warning("notices", problem=problem)


class _Messages:
    """Sends messages to the routes that the newest pass knows. It knows nothing of who tells it what to send."""

    def __init__(self, sender: Sender, secret: Callable[[str], str]) -> None:
        self._sender = sender
        self._secret = secret
        self.routes: Mapping[str, Route] = {}
        self.forge: Forge | None = None

    def send(self, message: Message) -> None:
        """Send one message.

        Raises:
            Unavailable: it wasn't taken, and may be later.
            Refused: it never will be.
        """
        route = self.routes.get(message.route)
        if route is None:
            raise Refused(f"the route {message.route} is gone from environment.yaml")
        deliver(message, route, self._sender, self._secret, self.forge)
