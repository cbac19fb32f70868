"""Signatures of Standard Webhooks, by which forges sign what they deliver, and we what we ask services.

See https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode

_PREFIX = "whsec_"
"""Before a secret that is written in base64."""


def signed(secret: str, name: str, moment: str, body: bytes) -> str:
    """Return the signature of a message in base64: HMAC-SHA256 of `id.timestamp.body`.

    Args:
        secret: what both sides know; one that is no base64 behind its prefix is taken as it is.
        name: the message's `webhook-id`.
        moment: its `webhook-timestamp`.
        body: all of it.
    """
    message = f"{name}.{moment}.".encode() + body
    return b64encode(hmac.new(_key(secret), message, hashlib.sha256).digest()).decode()


def _key(secret: str) -> bytes:
    try:
        return b64decode(secret.removeprefix(_PREFIX), validate=True) if secret.startswith(_PREFIX) else secret.encode()
    except ValueError:
        return secret.encode()
