"""Public keys, and what is none."""

import random
from typing import Any

import pytest

from reconciler.model.kinds.jwk import algorithms, flaw_of

RSA: dict[str, Any] = {"kty": "RSA", "n": "u" * 342, "e": "AQAB"}
EC: dict[str, Any] = {"kty": "EC", "crv": "P-256", "x": "x" * 43, "y": "y" * 43}
ED: dict[str, Any] = {"kty": "OKP", "crv": "Ed25519", "x": "x" * 43}


@pytest.mark.parametrize(
    ("key", "by"),
    [
        (RSA, ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")),
        ({**RSA, "alg": "RS384", "use": "sig", "key_ops": ["verify"], "kid": "a", "x5c": ["…"]}, ("RS384",)),
        (EC, ("ES256",)),
        ({"kty": "EC", "crv": "P-521", "x": "x" * 88, "y": "y" * 88}, ("ES512",)),
        ({**ED, "y": 5}, ("EdDSA",)),
    ],
)
def test_a_key_is_for_the_algorithms_of_its_kind(key: dict[str, Any], by: tuple[str, ...]) -> None:
    assert (flaw_of(key), algorithms(key)) == ("", by)


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ({}, "no kind that signs"),
        ({"kty": ["RSA"]}, "no kind that signs"),
        ({"kty": "oct", "k": "AAAA"}, "is a secret"),
        ({**RSA, "d": "AAAA"}, "is a secret"),
        ({**RSA, "n": 5}, "has no n"),
        ({**RSA, "n": "=" * 342}, "no base64url"),
        ({**RSA, "n": "u" * 171}, "fewer than 2048"),
        ({**RSA, "n": "A" * 171 + "u" * 171}, "fewer than 2048"),
        ({**RSA, "n": "u" * 1390}, "more than 8192"),
        ({**RSA, "e": "u" * 20}, "large exponent"),
        ({**RSA, "kid": 1}, "kid"),
        ({**RSA, "kid": ""}, "kid"),
        ({**RSA, "use": "enc"}, "isn't for signatures"),
        ({**RSA, "key_ops": ["encrypt"]}, "isn't for signatures"),
        ({**RSA, "key_ops": "verify"}, "isn't for signatures"),
        ({**RSA, "alg": "HS256"}, "isn't taken"),
        ({**RSA, "alg": ["RS256"]}, "isn't taken"),
        ({**EC, "crv": "secp256k1"}, "isn't taken"),
        ({**EC, "crv": "Ed25519"}, "isn't taken"),
        ({**EC, "x": "x" * 42}, "coordinates"),
        ({**EC, "y": "y" * 42}, "coordinates"),
        ({**ED, "crv": "X25519"}, "isn't taken"),
    ],
)
def test_what_is_no_public_key_for_signatures_is_told(key: dict[str, Any], why: str) -> None:
    assert why in flaw_of(key)


def test_whatever_a_key_holds_is_told() -> None:
    chance = random.Random(5)
    odd: list[Any] = [
        None,
        True,
        5,
        1e308,
        "",
        "x",
        "é",
        "A",
        [],
        {},
        ["verify"],
        [[]],
        "u" * 342,
        "P-256",
        "RSA",
        "sig",
    ]
    for _ in range(5000):
        key = dict(chance.choice((RSA, EC, ED)))
        for _ in range(chance.randrange(4)):
            key[chance.choice(["kty", "crv", "n", "e", "x", "y", "kid", "use", "key_ops", "alg"])] = chance.choice(odd)
        assert flaw_of(key) or algorithms(key)
