"""JSON Web Keys (RFC 7517): which are public keys that a token's signature may be held against. Pure functions.

A key is of one kind, and that decides by which algorithms it may be used, whatever a token says of itself: a public
key is never taken for a shared secret.
"""

import base64
import re
from collections.abc import Mapping
from typing import Any

ALGORITHMS: Mapping[str, tuple[str, ...]] = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC P-256": ("ES256",),
    "EC P-384": ("ES384",),
    "EC P-521": ("ES512",),
    "OKP Ed25519": ("EdDSA",),
}
"""By what a key may sign, by its type and its curve."""
SMALLEST, LARGEST = 2048, 8192
"""Bits of an RSA key: smaller ones can be guessed, larger ones take long."""
_PRIVATE = frozenset(("d", "p", "q", "dp", "dq", "qi", "oth", "k"))
_PUBLIC: Mapping[str, tuple[str, ...]] = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
_LETTERS: Mapping[str, int] = {"P-256": 43, "P-384": 64, "P-521": 88, "Ed25519": 43}
"""Letters of a curve's coordinate."""
_BASE64 = re.compile(r"[A-Za-z0-9_-]{2,1400}", re.ASCII)


def flaw_of(key: Mapping[str, Any]) -> str:
    """Say why something is no public key for signatures; empty where it is one."""
    kind, kid = key.get("kty"), key.get("kid")
    if kind == "oct" or _PRIVATE & key.keys():
        return "is a secret: only public keys may be told"
    if not isinstance(kind, str) or kind not in _PUBLIC:
        return "is of no kind that signs: kty is RSA, EC or OKP"
    if missing := [name for name in _PUBLIC[kind] if not isinstance(key.get(name), str)]:
        return f"has no {missing[0]}"
    if any(not _BASE64.fullmatch(key[name]) for name in _PUBLIC[kind] if name != "crv"):
        return "has values that are no base64url"
    if kid is not None and not (isinstance(kid, str) and 0 < len(kid) <= 256):
        return "has a kid that is no text of up to 256 letters"
    return _use(key) or _strength(key)


def algorithms(key: Mapping[str, Any]) -> tuple[str, ...]:
    """Return by which algorithms a public key may sign."""
    usual = ALGORITHMS.get("RSA" if key["kty"] == "RSA" else f"{key['kty']} {key['crv']}", ())
    told = key.get("alg")
    return usual if told is None else tuple(name for name in usual if name == told)


def _use(key: Mapping[str, Any]) -> str:
    operations = key.get("key_ops", ["verify"])
    if key.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        return "isn't for signatures"
    return "" if algorithms(key) else "has a curve or an alg that isn't taken"


def _strength(key: Mapping[str, Any]) -> str:
    if key["kty"] != "RSA":
        whole = all(len(key[name]) == _LETTERS[key["crv"]] for name in _PUBLIC[key["kty"]] if name != "crv")
        return "" if whole else "has coordinates that aren't those of its curve"
    modulus = key["n"] + "=" * (-len(key["n"]) % 4)
    try:
        bits = int.from_bytes(base64.urlsafe_b64decode(modulus)).bit_length()
    except ValueError:
        return "has values that are no base64url"
    if bits < SMALLEST:
        return f"has fewer than {SMALLEST} bits"
    return "" if bits <= LARGEST and len(key["e"]) <= 8 else f"has more than {LARGEST} bits, or a large exponent"
