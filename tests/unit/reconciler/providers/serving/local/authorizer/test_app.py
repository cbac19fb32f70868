"""What Caddy is answered: who is let in, and what others are told."""

import asyncio
import base64
import json
import random
from typing import Any

import pytest
from jwt import get_algorithm_by_name

from reconciler.model.kinds.access import Access
from reconciler.providers.serving.local.authorizer.app import Answer, Application, Asker
from reconciler.providers.serving.local.authorizer.fetching import Unreachable
from reconciler.providers.serving.local.authorizer.issuers import AGAIN, Issuers
from reconciler.providers.serving.local.authorizer.policy import Policy, written
from reconciler.providers.serving.local.authorizer.rates import Rates
from tests.unit.reconciler.providers.serving.local.authorizer.issuing import EC, NEXT, RSA, Key, token

JWT = {"issuer": "https://login.example", "audience": "shop"}
AT = "https://login.example/keys"


class World:
    def __init__(self) -> None:
        self.now = 1000.0
        self.keys: list[Key] = [RSA]
        self.asked = 0
        self.app = Application(Issuers(self.fetch, self.clock), Rates(self.clock))

    def clock(self) -> float:
        return self.now

    async def fetch(self, url: str) -> Any:
        self.asked += 1
        if not self.keys:
            raise Unreachable("away")
        return {"keys": [key.public for key in self.keys]}

    def decide(self, asker: Asker, **told: Any) -> Answer:
        return asyncio.run(self.app.decide(Policy("shop", Access.model_validate(told)), asker))

    def bear(self, text: str, **told: Any) -> Answer:
        return self.decide(Asker((f"Bearer {text}",)), jwt={**JWT, "jwks_url": AT, **told})


@pytest.fixture
def world() -> World:
    return World()


def test_a_good_token_lets_in(world: World) -> None:
    assert world.bear(token()).status == 204
    assert world.decide(Asker((f"bearer {token()}",)), jwt={**JWT, "jwks": [RSA.public]}).status == 204


def test_who_shows_no_token_is_asked_for_one(world: World) -> None:
    for headers in ((), ("Basic dXNlcg==",), ("Bearer",), ("Bearer  ",), (token(),)):
        answer = world.decide(Asker(headers), jwt=JWT)
        assert (answer.status, answer.headers) == (401, {"WWW-Authenticate": "Bearer"})
    assert not world.asked


def test_several_tokens_are_none(world: World) -> None:
    answer = world.decide(Asker((f"Bearer {token()}", "Bearer x")), jwt=JWT)
    assert (answer.status, "invalid_request" in answer.headers["WWW-Authenticate"]) == (400, True)


def test_a_bad_token_is_told_why_and_no_issuer_is_asked_about_nonsense(world: World) -> None:
    answer = world.bear("x.y.z")
    assert (answer.status, world.asked) == (401, 0)
    assert answer.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token", error_description="')
    assert (world.bear(token(exp=1)).status, world.asked) == (401, 1)


ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    1e308,
    10**400,
    float("nan"),
    "",
    "x",
    "\ud800",
    "9" * 5000,
    [],
    [[]],
    [{}],
    {"b": {}},
)


def test_whatever_a_token_says_is_answered(world: World) -> None:
    chance, seen = random.Random(3), set()
    for _ in range(1500):
        told = {chance.choice(["iss", "aud", "sub", "iat", "nbf", "exp", "groups", "a"]): chance.choice(ODD)}
        head = {chance.choice(["alg", "kid", "crit", "b64", "typ"]): chance.choice((*ODD, "RS256", "ES512"))}
        text = [*signed(chance.choice((RSA, EC)), told, head if chance.random() < 0.3 else {})]
        for _ in range(chance.choice((0, 0, 1, 3))):
            text[chance.randrange(len(text))] = chance.choice(("", ".", "=", "-", "\x7f", "é", "\udc80"))
        answer = world.bear("".join(text), jwks_url=None, jwks=[RSA.public, EC.public], claims={"a.b": ["x"]})
        assert answer.error.isascii()
        seen.add(answer.status)
    assert seen == {401, 403}


def signed(key: Key, told: Any, head: Any) -> str:
    """Sign whatever it is, as no library would."""
    first, payload, _ = token(key).split(".")
    parts = [json.loads(base64.urlsafe_b64decode(part + "==")) for part in (first, payload)]
    text = ".".join(
        encoded(json.dumps({**part, **own}).encode()) for part, own in zip(parts, (head, told), strict=True)
    )
    return f"{text}.{encoded(get_algorithm_by_name(key.algorithm).sign(text.encode(), key.private))}"


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def test_claims_that_are_missing_are_403(world: World) -> None:
    answer = world.bear(token(), claims={"groups": ["sales"]})
    assert (answer.status, 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]) == (403, True)
    assert world.bear(token(), claims={"groups": ["ml"]}).status == 204


def test_a_key_that_the_issuer_has_changed_to_is_taken(world: World) -> None:
    assert world.bear(token()).status == 204
    world.keys = [NEXT]
    assert world.bear(token(NEXT)).status == 401
    world.now += AGAIN
    assert world.bear(token(NEXT)).status == 204
    assert world.bear(token(RSA)).status == 401, "the former one is gone"
    assert world.asked == 2


def test_strangers_keys_have_the_issuer_asked_once_in_a_while(world: World) -> None:
    assert world.bear(token()).status == 204
    world.now += AGAIN
    assert [world.bear(token(EC, head={"kid": f"k{number}"})).status for number in range(20)] == [401] * 20
    assert world.asked == 2


def test_where_keys_cannot_be_had_nobody_is_let_in(world: World) -> None:
    world.keys = []
    answer = world.bear(token())
    assert (answer.status, answer.headers) == (503, {"Retry-After": "3"})


def test_requests_are_counted_by_the_claim_of_a_good_token(world: World) -> None:
    told: Any = {"jwt": {**JWT, "jwks": [RSA.public]}, "limits": {"rate": "1/min"}}
    by = {name: Asker((f"Bearer {token(sub=name)}",)) for name in ("ada", "bob")}
    assert [world.decide(by[name], **told).status for name in ("ada", "ada", "bob")] == [204, 429, 204]
    assert world.decide(by["ada"], **told).headers == {"Retry-After": "60"}
    forged = token(sub="bob").rpartition(".")[0] + ".AAAA"
    assert world.decide(Asker((f"Bearer {forged}",)), **told).status == 401, "nobody uses up another's"
    for odd in (None, ["ada"], True, ""):
        assert world.decide(Asker((f"Bearer {token(client=odd)}",)), jwt=told["jwt"],
                            limits={"rate": "1/min", "by": "claim client"}).status == 403  # fmt: skip


def test_an_address_is_counted_before_its_token_is_looked_at(world: World) -> None:
    told: Any = {"jwt": JWT, "limits": {"rate": "1/s", "by": "address"}}
    asker = Asker(("Bearer x.y.z",), "192.0.2.1")
    assert [world.decide(asker, **told).status for _ in range(2)] == [401, 429]


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("10.0.0.1, 192.0.2.1", "10.0.0.2, 192.0.2.1", True),
        ("", "nonsense", True),
    ],
)
def test_an_address_is_a_network_that_one_client_has(world: World, first: str, second: str, is_one: bool) -> None:
    answers = [world.decide(Asker((), told), open=True, limits={"rate": "1/h"}) for told in (first, second)]
    assert [answer.status for answer in answers] == [204, 429 if is_one else 204]


def test_all_together_have_one_bucket_where_that_is_said(world: World) -> None:
    told: Any = {"open": True, "limits": {"rate": "2/h", "burst": 2, "by": "endpoint"}}
    assert [world.decide(Asker((), f"10.0.0.{n}"), **told).status for n in range(3)] == [204, 204, 429]


def test_caddy_is_answered_by_headers_alone(world: World) -> None:
    def asked(path: str = "/", **headers: str) -> tuple[int, dict[str, str], Any]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            raise AssertionError("no body is read")

        told = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        asyncio.run(world.app({"path": path, "headers": told}, receive, send))
        found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], found, json.loads(sent[1]["body"] or b"null")

    policy = written("shop", Access.model_validate({"open": True, "limits": {"rate": "1/h"}}))
    assert asked(x_setpoint_policy=policy, x_setpoint_client="192.0.2.1") == (204, {}, None)
    status, headers, told = asked(x_setpoint_policy=policy, x_setpoint_client="192.0.2.1")
    assert (status, headers["Retry-After"], headers["Content-Type"]) == (429, "3600", "application/json")
    assert "1/h" in told["error"]
    assert asked()[0] == asked(x_setpoint_policy="later")[0] == 503
    assert asked("/health")[0] == 204
