"""The keys of an issuer (RFC 7517), by their names and by the algorithms that each may be used with."""

from collections.abc import Iterable, Mapping
from typing import Any, Self

from jwt import PyJWK
from jwt.exceptions import InvalidKeyError, PyJWKError

from reconciler.model.kinds.jwk import algorithms, flaw_of

MOST = 100
"""Keys of one set that are looked at."""


class KeySet:
    """Public keys for signatures. What of a set is none is left out: issuers keep others in it, too.

    Args:
        keys: the keys as a set tells them.
    """

    def __init__(self, keys: Iterable[Mapping[str, Any]]) -> None:
        self._keys: dict[str, dict[str | None, PyJWK]] = {}
        for key in keys:
            if not flaw_of(key):
                self._take(dict(key))

    @classmethod
    def read(cls, document: Any) -> Self:
        """Read the document that a server calls its key set.

        Raises:
            ValueError: it is none, or there is no key in it that signatures could be held against.
        """
        told = document.get("keys") if isinstance(document, dict) else None
        if not isinstance(told, list) or len(told) > MOST:
            raise ValueError(f"it is no key set of up to {MOST} keys")
        found = cls(key for key in told if isinstance(key, dict))
        if not found._keys:
            raise ValueError("there is no public key for signatures in it")
        return found

    def _take(self, key: dict[str, Any]) -> None:
        for algorithm in algorithms(key):
            try:
                self._keys.setdefault(algorithm, {})[key.get("kid")] = PyJWK(key, algorithm)
            except (InvalidKeyError, PyJWKError):
                return

    def find(self, kid: str | None, algorithm: str) -> PyJWK | None:
        """Return the key of a name, for an algorithm; where names don't tell, the only one there is."""
        fitting = self._keys.get(algorithm, {})
        if kid in fitting:
            return fitting[kid]
        usual = fitting if kid is None else {name: key for name, key in fitting.items() if name is None}
        return next(iter(usual.values())) if len(usual) == 1 else None
