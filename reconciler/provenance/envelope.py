"""The envelope of a statement: DSSE, the signed form of in-toto, on one line of a bundle (`*.intoto.jsonl`).

https://github.com/secure-systems-lab/dsse/blob/master/protocol.md. What is signed is not the JSON but `encoded`, so
that nobody has to agree on how JSON is written. Each `sig` is an SSH signature in armour (PROTOCOL.sshsig).
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.model.errors import Refused
from reconciler.untrusted import parse

TYPE = "application/vnd.in-toto+json"
LARGEST = 4 * 2**20
"""Bytes of the largest envelope that is read."""
MOST_SIGNATURES = 10
_HINT = "see Provenance in the documentation for what it has to be"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A statement's bytes, and the signatures over them, each with the name that its key is said to have."""

    payload: bytes
    signatures: tuple[tuple[str, bytes], ...] = ()

    def line(self) -> bytes:
        """Return the envelope as a line of JSON."""
        signatures = [{"keyid": name, "sig": _base64(signature)} for name, signature in self.signatures]
        told = {"payload": _base64(self.payload), "payloadType": TYPE, "signatures": signatures}
        return json.dumps(told, separators=(",", ":"), sort_keys=True).encode() + b"\n"


def encoded(payload: bytes) -> bytes:
    """Return what is signed of a payload: DSSE's encoding of its type and of the payload, before it is parsed (PAE)."""
    return b"DSSEv1 %d %s %d %s" % (len(TYPE), TYPE.encode(), len(payload), payload)


def read_envelope(content: bytes) -> Envelope:
    """Read the envelope of a bundle, which holds one.

    Raises:
        Refused: it isn't one.
    """
    if len(content) > LARGEST:
        raise Refused(f"is larger than {LARGEST // 2**20} MiB", _HINT)
    try:
        told = parse(content)
    except ValueError as error:
        raise Refused("can't be read: it isn't one line of JSON", _HINT) from error
    if not isinstance(told, dict) or told.get("payloadType") != TYPE:
        raise Refused(f"is no envelope of the type {TYPE}", _HINT)
    signatures = told.get("signatures")
    if not isinstance(signatures, list) or len(signatures) > MOST_SIGNATURES:
        raise Refused(f"has no list of up to {MOST_SIGNATURES} signatures", _HINT)
    return Envelope(_bytes(told.get("payload")), tuple(_signatures(signatures)))


def _signatures(told: Sequence[Any]) -> list[tuple[str, bytes]]:
    if not all(isinstance(item, dict) for item in told):
        raise Refused("has signatures that are none", _HINT)
    return [(str(item.get("keyid", "")), _bytes(item.get("sig"))) for item in told]


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: Any) -> bytes:
    try:
        return base64.b64decode(text if isinstance(text, str) else "?", validate=True)
    except (binascii.Error, ValueError):
        raise Refused("holds something that isn't base64", _HINT) from None
