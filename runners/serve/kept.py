"""What of requests and answers the payload log holds: a share of them, without the columns that nobody is to see."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from zlib import crc32

from runners.models import ModelRefused, Signature
from runners.serve.request_context import Exchange

HIDDEN = "the request was refused; why isn't logged, as it may quote columns that are left out"
_ALL = 2**32


@dataclass(frozen=True, slots=True)
class Kept:
    """What is logged: the share of requests, and the columns of which nothing is."""

    sample: float = 1.0
    without: frozenset[str] = frozenset()

    def holds(self, identity: str) -> bool:
        """Tell whether a request is logged: wherever it is answered, the same."""
        return self.sample >= 1 or crc32(identity.encode("utf-8", "replace")) < self.sample * _ALL

    def of(self, exchange: Exchange) -> Exchange:
        """Return what is logged of a request and its answer."""
        if not self.without:
            return exchange
        columns = exchange.columns
        shown = None if columns is None else {name: told for name, told in columns.items() if name not in self.without}
        return replace(exchange, columns=shown, error=HIDDEN if exchange.error else "")


def check_known(without: Iterable[str], signature: Signature) -> None:
    """See that a model takes each column that is to be left out: one that is misspelt would be logged.

    Raises:
        ModelRefused: it takes none of such a name.
    """
    known = {*signature.columns, *([signature.identifier] if signature.identifier else [])}
    if unknown := sorted(set(without) - known):
        what = f"the payload log is to leave out the column {unknown[0]}, and the model takes none of that name"
        raise ModelRefused(what, "payloads.leave_out", f"name columns of the model: {', '.join(sorted(known)[:20])}")
