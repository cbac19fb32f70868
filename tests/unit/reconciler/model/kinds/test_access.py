"""Who may ask, how often and from where: what is said, and what contradicts itself."""

from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.access import Access, Limits
from tests.unit.reconciler.model.kinds.test_jwk import EC, RSA

KEYS = ["${secret:SHOP_KEY}"]
JWT = {"issuer": "https://login.example/realms/shop", "audience": "shop"}


def read(**told: Any) -> Access:
    return Access.model_validate(told)


def test_what_was_said_before_is_named_as_before() -> None:
    assert read(keys=KEYS).as_name() == {"keys": KEYS, "forward": False, "open": False}
    assert read(open=True).as_name() == {"keys": [], "forward": False, "open": True}


def test_all_of_it_is_read_as_it_was_written() -> None:
    jwt = {**JWT, "audience": ["a", "b"], "jwks": {"keys": [{**RSA, "kid": "1"}, {**EC, "kid": "2"}]},
           "claims": {"groups": ["ml", 1, True]}}  # fmt: skip
    cors = {"origins": ["https://shop.example", "http://localhost:5173"], "headers": ["X-Trace"], "max_age": "1h"}
    access = read(jwt=jwt, limits={"rate": "50/s", "burst": 100, "by": "claim sub"}, cors=cors)
    assert read(**access.as_name()) == access
    assert access.asked == ("jwt", "limits", "cors")


@pytest.mark.parametrize(
    ("told", "by"),
    [({"keys": KEYS}, "key"), ({"jwt": JWT}, "claim sub"), ({"open": True}, "address"), ({"forward": True}, "address")],
)
def test_a_client_is_who_it_is_let_in_as(told: dict[str, Any], by: str) -> None:
    assert read(**told, limits={"rate": "1/s"}).by == by
    assert read(**told, limits={"rate": "1/s", "by": "endpoint"}).by == "endpoint"


@pytest.mark.parametrize(
    ("rate", "burst", "each", "at_once"),
    [("50/s", None, 50, 50), ("600/min", None, 10, 10), ("90/h", None, 0.025, 1), ("0.5/s", 7, 0.5, 7)],
)
def test_a_rate_is_so_many_a_second(rate: str, burst: int | None, each: float, at_once: int) -> None:
    limits = Limits(rate=rate, burst=burst)
    assert (limits.per_second, limits.at_once) == (each, at_once)


@pytest.mark.parametrize("rate", ["", "50", "50/", "/s", "-1/s", "0/s", "1e9/s", "50/day", "50 /s", "50/s ", "٣/s"])
def test_what_is_no_rate_is_told(rate: str) -> None:
    with pytest.raises(ValidationError, match="such as 50/s"):
        Limits(rate=rate)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"jwt": JWT, "keys": KEYS}, "say one of keys"),
        ({"jwt": JWT, "open": True}, "say one of keys"),
        ({"limits": {"rate": "1/s"}}, "say one of keys"),
        ({"jwt": JWT, "limits": {"rate": "1/s", "by": "key"}}, "there are no keys"),
        ({"keys": KEYS, "limits": {"rate": "1/s", "by": "claim sub"}}, "only tokens have claims"),
        ({"open": True, "limits": {"rate": "1/s", "by": "sub"}}, "limits.by"),
        ({"open": True, "limits": {"rate": "1/s", "burst": 0}}, "limits.burst"),
        ({"open": True, "limits": {"rates": "1/s"}}, "limits.rates"),
        ({"jwt": {**JWT, "issuer": "http://login.example"}}, "expected an address"),
        ({"jwt": {**JWT, "issuer": "https://user:pw@login.example"}}, "expected an address"),
        ({"jwt": {**JWT, "issuer": "login.example"}}, "expected an address"),
        ({"jwt": {**JWT, "issuer": "https://[::1"}}, "expected an address"),
        ({"jwt": {**JWT, "jwks_url": "http://keys.example/"}}, "expected an address"),
        ({"jwt": {"issuer": "https://login.example"}}, "jwt.audience"),
        ({"jwt": {**JWT, "audience": []}}, "jwt.audience"),
        ({"jwt": {**JWT, "jwks_url": "https://a.example", "jwks": [RSA]}}, "say one of them"),
        ({"jwt": {**JWT, "jwks": []}}, "jwt.jwks"),
        ({"jwt": {**JWT, "jwks": [{**RSA, "d": "x"}]}}, "jwks.0 is a secret"),
        ({"jwt": {**JWT, "jwks": [RSA, EC]}}, "a kid of its own"),
        ({"jwt": {**JWT, "jwks": [{**RSA, "kid": "1"}, {**EC, "kid": "1"}]}}, "a kid of its own"),
        ({"jwt": {**JWT, "claims": {"groups": []}}}, "claims"),
        ({"jwt": {**JWT, "claims": {"groups": [{}]}}}, "claims"),
        ({"jwt": {**JWT, "claims": {f"c{n}": ["x" * 200] * 9 for n in range(10)}}}, "say less"),
        ({"open": True, "cors": {"origins": []}}, "cors.origins"),
        ({"open": True, "cors": {"origins": ["shop.example"]}}, "is no origin"),
        ({"open": True, "cors": {"origins": ["https://shop.example/"]}}, "is no origin"),
        ({"open": True, "cors": {"origins": ["https://*.example"]}}, "is no origin"),
        ({"open": True, "cors": {"origins": ["https://Shop.example"]}}, "is no origin"),
        ({"open": True, "cors": {"origins": ["null"]}}, "is no origin"),
        ({"open": True, "cors": {"origins": ["https://shop.example:443"]}}, "leave out the port"),
        ({"open": True, "cors": {"origins": ["*", "https://shop.example"]}}, "leave the others out"),
        ({"forward": True, "cors": {"origins": ["*"], "credentials": True}}, "origins are named"),
        ({"keys": KEYS, "cors": {"origins": ["https://a.example"], "credentials": True}}, "only forward reads them"),
        ({"open": True, "cors": {"origins": ["*"], "headers": ["*"]}}, "headers are named"),
        ({"open": True, "cors": {"origins": ["*"], "headers": ["a b"]}}, "cors.headers"),
    ],
)
def test_what_contradicts_itself_is_told(told: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        read(**told)


def test_the_internal_address_may_ask_for_a_token_alone_or_beside() -> None:
    assert read(internal="token").asks_inside
    assert read(internal="token", keys=KEYS).ways == 1
    assert read(internal="token").ways == 0
    assert read(internal="token", jwt=JWT).as_name()["internal"] == "token"
    assert not read(open=True, internal="open").asks_inside
    assert read(open=True, internal="open").as_name() == read(open=True).as_name(), "what is usual names nothing anew"
    for told in ({}, {"internal": "open"}, {"internal": "token", "keys": KEYS, "open": True}):
        with pytest.raises(ValidationError, match="say one of keys"):
            read(**told)
    with pytest.raises(ValidationError, match="'open' or 'token'"):
        read(internal="mtls")
