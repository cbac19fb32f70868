"""Who may ask this process, where its settings say so: whoever has a token of the endpoint (`endpoint_tokens`).

The key that tokens are made of lies in a file, which a cluster mounts and replaces when it changes. Where it isn't
there, or holds no key, nobody is let in: but what tells no row and no model, whether the process lives and is ready and
its metrics, is told to everybody.
"""

import hmac
from collections.abc import Callable
from pathlib import Path
from time import monotonic, time

from prometheus_client import Counter

from runners.contract import endpoint_tokens

OPEN = ("/v2/health/live", "/v2/health/ready", "/metrics")
"""What everybody may read."""
OPEN_METHODS = ("ServerLive", "ServerReady")
"""The same by gRPC."""
WHY = (
    "this endpoint asks for a token of its environment: send it as Authorization: Bearer …, or as X-API-Key; jobs have "
    "a token by themselves, and `setpoint token` prints one"
)
REFUSED = Counter("setpoint_endpoint_refused", "Requests without a token that lets in.", ("deployment", "revision"))
_READ_AGAIN = 5.0
"""Seconds after which the file is looked at once more."""
_LARGEST = 1024


class Door:
    """Lets in whoever has a token that holds now.

    Args:
        path: the file with the key.
        deployment, revision: whose door it is, for the count of what is refused.
        now: the time, in seconds since 1970.
    """

    def __init__(self, path: Path, deployment: str, revision: str, now: Callable[[], float] = time) -> None:
        self._path, self._now = path, now
        self._refused = REFUSED.labels(deployment.split("/", 1)[-1], revision)
        self._key, self._looked = "", float("-inf")

    def admits(self, authorization: str, api_key: str = "") -> bool:
        """Tell whether what came in the two headers lets in; count it where it doesn't."""
        scheme, _, bearer = authorization.partition(" ")
        told = [bearer if scheme.lower() == "bearer" else "", api_key]
        key = self._read()
        known = endpoint_tokens.valid(key, self._now()) if key else ()
        found = [hmac.compare_digest(one.encode(), other.encode()) for one in told for other in known]
        if not any(found):
            self._refused.inc()
        return any(found)

    def _read(self) -> str:
        if monotonic() >= self._looked + _READ_AGAIN:
            self._looked = monotonic()
            try:
                with self._path.open("rb") as file:
                    key = file.read(_LARGEST).decode("ascii", "replace").strip()
            except OSError:
                key = ""
            self._key = key if endpoint_tokens.KEY.fullmatch(key) else ""
        return self._key
