"""Whether a token lets in (RFC 7519, RFC 8725): whose it is, for whom, until when, and what it claims. Pure functions.

The token chooses nothing: its algorithm has to be one that the key of its name is for, and where keys are is said by
the deployment alone (`jku`, `x5u` and `jwk` of a token's head are not read).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jwt
from jwt import exceptions

from reconciler.model.kinds.access import Jwt
from reconciler.providers.serving.local.authorizer.key_sets import KeySet

LONGEST = 16 * 1024
"""Letters of the longest token that is looked at."""
LEEWAY = 30.0
"""Seconds by which the issuer's clock and ours may differ."""
ASYMMETRIC = (*(f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)), "EdDSA")
_LISTS = ("scope", "scp")
"""Claims that hold several values in one text, with spaces between (RFC 8693, 4.2)."""


class InvalidToken(Exception):
    """A token that lets nobody in; the text says why, in letters that a header may hold."""


class UnknownKey(InvalidToken):
    """A token that may be signed by a key that the issuer has made since its keys were read."""


class MissingClaims(Exception):
    """A good token, of somebody who may not ask."""


class Head(NamedTuple):
    """What a token says of its signature."""

    algorithm: str
    kid: str | None


def head(token: str) -> Head:
    """Read what a token says of its signature.

    Raises:
        InvalidToken: it is no token, or one whose signature proves nothing.
    """
    if len(token) > LONGEST:
        raise InvalidToken(f"the token is longer than {LONGEST} letters")
    try:
        told = jwt.get_unverified_header(token.encode("ascii"))
    except (exceptions.PyJWTError, UnicodeEncodeError):
        raise InvalidToken("the token can't be read") from None
    algorithm = told.get("alg")
    if algorithm not in ASYMMETRIC:
        raise InvalidToken("the token isn't signed by an algorithm with a public key")
    return Head(algorithm, told.get("kid"))


def claims(token: str, told: Head, wanted: Jwt, keys: KeySet) -> Mapping[str, Any]:
    """Return what a token claims, whose head was read.

    Raises:
        InvalidToken: it lets nobody in.
        UnknownKey: the same, and newer keys may say otherwise.
    """
    key = keys.find(told.kid, told.algorithm)
    if key is None:
        raise UnknownKey("the token is signed by a key that its issuer doesn't have")
    try:
        return jwt.decode(
            token, key, [told.algorithm], {"require": ["exp", "iss", "aud"]},
            audience=list(wanted.audience), issuer=wanted.issuer, leeway=LEEWAY,
        )  # fmt: skip
    except exceptions.MissingRequiredClaimError as error:
        raise InvalidToken(f"the token has no {error.claim}") from None
    except exceptions.PyJWTError as error:
        raise InvalidToken(_WORDS.get(type(error), "the token can't be read")) from None


_WORDS: Mapping[type[Exception], str] = {
    exceptions.ExpiredSignatureError: "the token has expired",
    exceptions.ImmatureSignatureError: "the token isn't valid yet",
    exceptions.InvalidAudienceError: "the token is for another audience",
    exceptions.InvalidIssuerError: "the token is of another issuer",
    exceptions.InvalidSignatureError: "the signature of the token is wrong",
}


def demand(told: Mapping[str, Any], wanted: Mapping[str, Sequence[Any]]) -> None:
    """See that a token claims what is demanded: of each claim one of the values.

    Raises:
        MissingClaims: it doesn't.
    """
    for name, values in wanted.items():
        of = {(type(value), value) for value in values}
        if not of & set(_values(name, told)):
            raise MissingClaims(f"the claim {name} of the token has none of the values that are asked for")


def claim(name: str, told: Mapping[str, Any]) -> Any:
    """Return a claim; `a.b` is `b` within `a`, unless there is a claim of that whole name. None where there is none."""
    if name in told:
        return told[name]
    value: Any = told
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _values(name: str, told: Mapping[str, Any]) -> list[tuple[type, Any]]:
    value = claim(name, told)
    if isinstance(value, str) and name in _LISTS:
        value = value.split()
    found = value if isinstance(value, list) else [value]
    return [(type(item), item) for item in found if isinstance(item, str | int)]
