"""How often each client has asked: token buckets, by one number each (the generic cell rate algorithm).

The number is when a client's bucket is full again; a client that isn't known has a full one. Of each endpoint so many
clients are known, and where there are more, who has asked longest ago begins anew.
"""

from collections import OrderedDict
from collections.abc import Callable

from reconciler.model.kinds.access import Limits

MOST = 50_000
"""Clients of one endpoint whose buckets are kept, in some 10 MiB."""
_EXACT = 1e-9


class Rates:
    """The buckets of all endpoints' clients.

    Args:
        now: a clock that only runs forward, in seconds.
        most: clients of one endpoint that are kept.
    """

    def __init__(self, now: Callable[[], float], most: int = MOST) -> None:
        self._now = now
        self._most = most
        self._full: dict[str, OrderedDict[bytes, float]] = {}

    def wait(self, endpoint: str, client: bytes, limits: Limits) -> float:
        """Take a request from a client's bucket, and return 0; or how many seconds it takes until there is one."""
        clients, now = self._full.setdefault(endpoint, OrderedDict()), self._now()
        each = 1 / limits.per_second
        whole = each * limits.at_once
        full = min(max(clients.get(client, now), now), now + whole)  # limits that were others may have said later
        early = full + each - now - whole
        if early > _EXACT:
            clients[client] = full
            return early
        clients[client] = full + each
        clients.move_to_end(client)
        self._forget(clients, now)
        return 0.0

    @staticmethod
    def _full_by(clients: OrderedDict[bytes, float]) -> float:
        return next(iter(clients.values()))

    def _forget(self, clients: OrderedDict[bytes, float], now: float) -> None:
        """Forget whose bucket is full, of those who asked longest ago, and who is one too many."""
        while clients and (len(clients) > self._most or self._full_by(clients) <= now):
            clients.popitem(last=False)
