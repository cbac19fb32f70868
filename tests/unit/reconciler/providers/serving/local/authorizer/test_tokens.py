"""Tokens: who is let in by a real signature, and each way in which one is none."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from reconciler.model.kinds.access import Jwt
from reconciler.providers.serving.local.authorizer.key_sets import KeySet
from reconciler.providers.serving.local.authorizer.tokens import (
    LEEWAY,
    LONGEST,
    InvalidToken,
    MissingClaims,
    UnknownKey,
    claim,
    claims,
    demand,
    head,
)
from tests.unit.reconciler.providers.serving.local.authorizer.issuing import EC, ED, NEXT, RSA, Key, token

WANTED = Jwt.model_validate({"issuer": "https://login.example", "audience": ["shop", "store"]})
KEYS = KeySet([RSA.public, EC.public, ED.public])
PS = Key("PS256", "ps-1")


def checked(text: str, keys: KeySet = KEYS) -> Any:
    return claims(text, head(text), WANTED, keys)


def encoded(told: Any) -> str:
    content = told if isinstance(told, bytes) else json.dumps(told).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@pytest.mark.parametrize("key", [RSA, EC, ED], ids=lambda key: key.algorithm)
def test_a_token_of_the_issuer_lets_in(key: Key) -> None:
    assert checked(token(key))["sub"] == "ada"
    assert checked(token(key, aud=["other", "store"]))["sub"] == "ada"


def test_a_key_serves_each_algorithm_of_its_kind_unless_it_says_one() -> None:
    assert checked(token(PS), KeySet([PS.public]))["sub"] == "ada"
    with pytest.raises(UnknownKey):
        checked(token(PS), KeySet([{**PS.public, "alg": "RS256"}]))


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"exp": -LEEWAY - 5}, "has expired"),
        ({"nbf": LEEWAY + 300}, "isn't valid yet"),
        ({"iat": LEEWAY + 300}, "isn't valid yet"),
        ({"iss": "https://login.example/"}, "of another issuer"),
        ({"iss": ["https://login.example"]}, "of another issuer|can't be read"),
        ({"aud": "shopping"}, "for another audience"),
        ({"aud": []}, "for another audience|has no aud"),
        ({"exp": None}, "has no exp"),
        ({"iss": None}, "has no iss"),
        ({"aud": None}, "has no aud"),
        ({"exp": "soon"}, "can't be read"),
        ({"nbf": "now"}, "can't be read"),
    ],
)
def test_a_token_that_is_of_others_or_of_another_time_lets_nobody_in(told: dict[str, Any], why: str) -> None:
    moments = {name: time.time() + when for name, when in told.items() if isinstance(when, int | float)}
    with pytest.raises(InvalidToken, match=why):
        checked(token(**told | moments))


def test_clocks_may_differ_by_the_leeway() -> None:
    assert checked(token(exp=time.time() - LEEWAY + 10))
    assert checked(token(nbf=time.time() + LEEWAY - 10))


def test_a_token_without_a_signature_lets_nobody_in() -> None:
    whole = token()
    _, payload, signature = whole.split(".")
    for algorithm in ("none", "None", "NONE", "", None, "HS256", "HS512", ["RS256"], "ES256K"):
        for end in ("", signature):
            with pytest.raises(InvalidToken, match="by an algorithm with a public key"):
                checked(f"{encoded({'alg': algorithm, 'kid': 'rsa-1'})}.{payload}.{end}")


def test_the_public_key_is_no_shared_secret() -> None:
    _, payload, _ = token().split(".")
    form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    for secret in (RSA.private.public_key().public_bytes(*form), json.dumps(RSA.public).encode()):
        signed = f"{encoded({'alg': 'HS256', 'kid': 'rsa-1', 'typ': 'JWT'})}.{payload}"
        signature = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
        with pytest.raises(InvalidToken, match="by an algorithm with a public key"):
            checked(f"{signed}.{encoded(signature)}")


def test_a_signature_is_of_this_token_by_this_key() -> None:
    (first, payload, signature), (_, other, _) = token().split("."), token(sub="eve").split(".")
    with pytest.raises(InvalidToken, match="signature of the token is wrong"):
        checked(f"{first}.{other}.{signature}")
    with pytest.raises(InvalidToken, match="signature of the token is wrong"):
        checked(token(NEXT, head={"kid": "rsa-1"}))
    with pytest.raises(UnknownKey):
        checked(token(EC, head={"kid": "rsa-1"}))
    with pytest.raises(InvalidToken):
        checked(f"{first}.{payload}.")


def test_a_token_does_not_say_where_its_key_is() -> None:
    stranger = Key("RS256", "rsa-9")
    for own in ({"jwk": stranger.public}, {"jku": "https://evil.example/keys"}, {"x5u": "https://evil.example/x"}):
        with pytest.raises(UnknownKey):
            checked(token(stranger, head=own))
        with pytest.raises(InvalidToken, match="signature of the token is wrong"):
            checked(token(stranger, head={**own, "kid": "rsa-1"}))


def test_a_key_is_found_without_a_name_where_there_is_one_alone() -> None:
    unnamed, other = Key("RS256", None), Key("RS256", None)
    assert checked(token(unnamed), KeySet([unnamed.public]))
    assert checked(token(unnamed), KeySet([{**unnamed.public, "kid": "it"}, EC.public]))
    assert checked(token(unnamed, head={"kid": "any"}), KeySet([unnamed.public]))
    with pytest.raises(UnknownKey):
        checked(token(other), KeySet([{**unnamed.public, "kid": "a"}, {**other.public, "kid": "b"}]))


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "...", "a.b.c", "é.é.é", "e30.e30.", "bnVsbA.bnVsbA.", "W10.e30.AA", "x" * 100, "\0.\0.\0"],
)
def test_what_is_no_token_is_told(text: str) -> None:
    with pytest.raises(InvalidToken):
        checked(text)


def test_a_token_that_is_too_long_is_not_looked_at() -> None:
    with pytest.raises(InvalidToken, match=f"longer than {LONGEST}"):
        checked(token(roles=["x" * 100] * 200))


def test_what_a_token_demands_to_be_understood_is() -> None:
    with pytest.raises(InvalidToken):
        checked(token(head={"crit": ["b64x"], "b64x": 1}))


GOOD = {"groups": ["ml", "ops"], "scope": "read write", "role": "admin", "realm": {"roles": ["a"]}, "n": 1, "ok": True}


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"groups": ["sales", "ml"]},
        {"scope": ["write"]},
        {"role": ["admin"], "groups": ["ops"]},
        {"realm.roles": ["a"]},
        {"n": [1]},
        {"ok": [True]},
    ],
)
def test_a_token_claims_one_of_the_values(wanted: dict[str, Any]) -> None:
    demand(GOOD, wanted)


@pytest.mark.parametrize(
    "wanted",
    [
        {"groups": ["m"]},
        {"groups": ["ml"], "role": ["user"]},
        {"role": ["adm"]},
        {"scope": ["read write"]},
        {"realm": ["a"]},
        {"realm.roles.a": ["a"]},
        {"n": [True]},
        {"n": ["1"]},
        {"ok": [1]},
        {"nothing": ["x"]},
    ],
)
def test_a_token_that_claims_something_else_is_told(wanted: dict[str, Any]) -> None:
    with pytest.raises(MissingClaims):
        demand(GOOD, wanted)


def test_a_claim_with_dots_in_its_name_comes_first() -> None:
    told = {"https://a.example/roles": ["x"], "a": {"b": 1}, "a.b": 2}
    assert (claim("https://a.example/roles", told), claim("a.b", told), claim("a.c.d", told)) == (["x"], 2, None)
