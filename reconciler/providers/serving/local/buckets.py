"""Buckets: how Caddy divides requests by the values of a header, in whole percents.

Caddy chooses among upstreams by a header's digest (rendezvous hashing), each with the same chance, and knows no
weights. So there are a hundred upstreams, which are a hundred names of one socket: behind it a server of the router's
own sees by which name a request came, and sends it to the revision that has this bucket. The value is told with the
names of the revisions before it, so that another test deals out anew. Requests without the header don't come this way.
"""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

MANY = 100
BUCKET = "X-Setpoint-Bucket"
TOLD: Mapping[str, Any] = MappingProxyType(
    {"headers": {"request": {"set": {BUCKET: ["{http.reverse_proxy.upstream.hostport}"]}}}}
)
"""What tells the server behind by which name a request came; what a client says of that is replaced."""


class Keyed(Protocol):
    """What may be divided by a key."""

    @property
    def is_keyed(self) -> bool:
        """Tell whether it is."""


def socket(folder: Path) -> Path:
    """Return the socket that all buckets lead to."""
    return folder.with_name("split.sock")


def doors(folder: Path) -> Sequence[Path]:
    """Return the buckets' names of that socket."""
    return [folder / f"{number:02d}" for number in range(MANY)]


def prepare(folder: Path, sites: Iterable[Keyed]) -> None:
    """See that every bucket is there, where some site needs them."""
    if not any(site.is_keyed for site in sites):
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for door in doors(folder):
        with contextlib.suppress(FileExistsError):
            door.symlink_to(socket(folder))


def has(key: str) -> dict[str, Any]:
    """Return what matches the requests that have a header, with a value that isn't empty."""
    return {"header": {key: ["*"]}, "not": [{"header": {key: [""]}}]}


def within(low: int, high: int) -> dict[str, Any]:
    """Return what matches the requests of the buckets from one up to and without another."""
    return {"header": {BUCKET: [f"*/{number:02d}" for number in range(low, high)]}}
