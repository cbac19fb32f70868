"""What the page hands to a browser and takes back: sealed by a key that nobody else has (HMAC-SHA256, RFC 2104)."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

LONGEST = 4096
"""Letters of what is taken back."""


class Seals:
    """Seals values for one purpose each: what was sealed for one isn't taken for another.

    Args:
        now: the time in seconds.
        key: the key; by default a new one, so that nothing of a former process is taken.
    """

    def __init__(self, now: Callable[[], float], key: bytes = b"") -> None:
        self._now, self._key = now, key or secrets.token_bytes(32)

    def mac(self, purpose: str, text: str) -> str:
        """Return what proves that a text is from here."""
        return hmac.new(self._key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()

    def fits(self, purpose: str, text: str, mac: str) -> bool:
        """Tell whether a proof is one, in a time that tells nothing."""
        return hmac.compare_digest(self.mac(purpose, text).encode(), mac.encode("utf-8", "replace"))

    def seal(self, purpose: str, told: Mapping[str, Any], lasts: float) -> str:
        """Write a value that is taken back for so many seconds."""
        text = base64.urlsafe_b64encode(json.dumps({**told, "until": self._now() + lasts}).encode()).decode()
        return f"{text}.{self.mac(purpose, text)}"

    def open(self, purpose: str, sealed: str) -> Mapping[str, Any] | None:
        """Read a value that was sealed here for this purpose; None where it wasn't, or too long ago."""
        text, _, mac = sealed.rpartition(".")
        if len(sealed) > LONGEST or not self.fits(purpose, text, mac):
            return None
        told: Mapping[str, Any] = json.loads(base64.urlsafe_b64decode(text))
        return told if self._now() < told["until"] else None
