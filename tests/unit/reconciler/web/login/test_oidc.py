"""Logging in at a real issuer: what of its answers is taken, and what isn't, whoever sends it."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from reconciler.web.login.oidc import challenge, local
from reconciler.web.login.people import People, people_of
from reconciler.web.login.settings import Login, Oidc
from reconciler.web.pages.application import application
from tests.unit.reconciler.providers.serving.local.authorizer.issuing import NEXT
from tests.unit.reconciler.stage import NOW
from tests.unit.reconciler.web.conftest import ORIGIN, Acts, Browser, Browsing, Clock
from tests.unit.reconciler.web.login.issuer import CLIENT, Issuer, skewed
from tests.unit.reconciler.web.pages.conftest import Stage

NAME = "__Host-setpoint"


def is_in(browser: Browser) -> bool:
    return browser.get("/").status_code == 200


def test_the_challenge_is_that_of_the_standard() -> None:
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    ("path", "is_ours"),
    [
        ("/", True),
        ("/dev/datasets/loans?x=1", True),
        ("//elsewhere.example", False),
        ("/\\elsewhere.example", False),
        ("https://elsewhere.example", False),
        ("javascript:alert(1)", False),
        ("", False),
        ("/a\r\nSet-Cookie: x=1", False),
        ("/ä", False),
        ("/login", False),
        ("/logout", False),
        ("/" + "a" * 2000, False),
    ],
)
def test_one_comes_back_to_this_page_alone(path: str, is_ours: bool) -> None:
    assert local(path) == (path if is_ours else "/")


def test_it_asks_for_what_the_standard_says(browser: Browser, issuer: Issuer) -> None:
    url = browser.get("/login?back=/dev/graph").headers["Location"]
    asked = {name: told[0] for name, told in parse_qs(urlsplit(url).query).items()}
    assert url.startswith(f"{issuer.url}/authorization?")
    assert asked["redirect_uri"] == f"{ORIGIN}/login/callback"
    assert asked["scope"].split() == ["openid", "profile", "email"]
    again = parse_qs(urlsplit(browser.get("/login").headers["Location"]).query)
    assert {asked[name] for name in ("state", "nonce", "code_challenge")}.isdisjoint(
        {again[name][0] for name in ("state", "nonce", "code_challenge")}
    )


def test_a_login_ends_in_the_browser_that_began_it(browser: Browser, browsing: Browsing) -> None:
    victim = browsing()
    browser.go()
    victim.sent_back = browser.sent_back
    assert victim.back().status_code == 401, "a link to somebody else's login"
    victim.get("/login")
    assert victim.back().status_code == 401, "nor with a login of its own that has begun"
    assert not is_in(victim)


def test_a_code_is_of_use_once(browser: Browser) -> None:
    browser.go()
    kept = browser.sent_back
    browser.client.cookies.delete(NAME)
    assert browser.get(urlsplit(kept).path + "?" + urlsplit(kept).query).status_code == 401
    assert not is_in(browser)


def test_a_login_has_ten_minutes(browser: Browser, clock: Clock) -> None:
    answer = browser.get("/login")
    browser.sent_back = httpx.get(answer.headers["Location"]).headers["Location"]
    clock.now += 601
    assert browser.back().status_code == 401


@pytest.mark.parametrize(
    "more",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"iss": "https://another.example"},
        {"exp": 1},
        {"sub": None},
        {"sub": ""},
        {"exp": None},
    ],
)
def test_a_token_of_something_else_lets_nobody_in(browser: Browser, issuer: Issuer, more: dict[str, Any]) -> None:
    issuer.more = more
    assert browser.go().status_code == 401
    assert not is_in(browser)


@pytest.mark.parametrize(("seconds", "is_known"), [(25, True), (-80, True), (60, False), (-100, False)])
def test_clocks_may_differ_by_half_a_minute(browser: Browser, issuer: Issuer, seconds: float, is_known: bool) -> None:
    issuer.more = skewed(seconds)
    browser.go()
    assert is_in(browser) is is_known


def test_a_key_that_the_issuer_has_made_since_is_asked_for(browser: Browser, issuer: Issuer, clock: Clock) -> None:
    browser.go()
    issuer.key, issuer.keys = NEXT, [NEXT]
    clock.now += 60
    browser.client.cookies.delete(NAME)
    browser.go()
    assert is_in(browser)


def test_a_key_that_isn_t_the_issuer_s_lets_nobody_in(browser: Browser, issuer: Issuer) -> None:
    issuer.key = NEXT
    assert browser.go().status_code == 401


def test_what_the_issuer_refuses_is_said_and_isn_t_obeyed(browser: Browser, issuer: Issuer) -> None:
    issuer.refuses = "<b>access_denied</b>"
    answer = browser.go()
    assert answer.status_code == 401
    assert "&lt;b&gt;access_denied" in answer.text


def test_an_answer_of_another_issuer_isn_t_taken(browser: Browser) -> None:
    answer = browser.get("/login")
    back = httpx.get(answer.headers["Location"]).headers["Location"]
    browser.sent_back = back.partition("&iss=")[0] + "&iss=https://another.example"
    assert browser.back().status_code == 401


def test_a_wrong_secret_is_said(browser: Browser, issuer: Issuer) -> None:
    issuer.secret = "another"
    answer = browser.go()
    assert (answer.status_code, "invalid_grant" in answer.text) == (503, True)


def test_a_public_client_needs_none(
    issuer: Issuer, clock: Clock, runner: asyncio.Runner, place: Stage, acts: Acts
) -> None:
    issuer.secret = ""
    login = Login(url=ORIGIN, oidc=Oidc(issuer=issuer.url, client_id=CLIENT))
    found: People = people_of(login, now=clock, monotonic=clock)
    browser = Browser(runner, application(place.following, lambda: NOW, found, acts))
    browser.go()
    assert is_in(browser)
    answer = browser.get("/api/v1/environments", headers={"Authorization": f"Bearer {issuer.token(aud=CLIENT)}"})
    assert (answer.status_code, "oidc.audience" in answer.json()["detail"]) == (401, True)


def test_a_mail_that_is_another_s_is_nobody_s(browser: Browser, issuer: Issuer) -> None:
    issuer.person |= {"email_verified": False}
    browser.go()
    assert "no mail address is told of Ada Lovelace" in browser.get("/dev/datasets/loans").text
