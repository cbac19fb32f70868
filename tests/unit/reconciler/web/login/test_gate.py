"""Who comes to the page, by which cookies, and what pages of others can't do in a person's name."""

import re
from typing import Any

import httpx
import pytest

from reconciler.providers.serving.local.authorizer.fetching import Unreachable
from reconciler.web.login.people import People
from tests.unit.reconciler.web.conftest import Acts, Browser, Browsing, Clock
from tests.unit.reconciler.web.login.issuer import Issuer

PROOF = re.compile(r'name="proof" value="([^"]+)"')
ONCE = re.compile(r'name="once" value="([^"]+)"[^>]*><input type="hidden" name="verb" value="reconcile"')
PAGE = "/dev/datasets/loans"


def form_of(browser: Browser, path: str = PAGE, **more: str) -> dict[str, str]:
    """Return what the form of a page sends that asks for a resource to be made anew."""
    page = browser.get(path).text
    proof, once = PROOF.search(page), ONCE.search(page)
    assert proof
    assert once
    return {"proof": proof[1], "once": once[1], "verb": "reconcile", **more}


def test_somebody_logs_in_and_comes_back_to_where_they_were(browser: Browser) -> None:
    answer = browser.go("/?state=stalled")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?state=stalled")
    page = browser.get("/?state=stalled")
    assert page.status_code == 200
    assert "Ada Lovelace" in page.text
    assert "Log out" in page.text


@pytest.mark.parametrize("path", ["/", PAGE, "/dev/files/README.md", "/nowhere", "/dev/pages/README.md"])
def test_nobody_sees_anything_before(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert (answer.status_code, answer.content) == (303, b"")


@pytest.mark.parametrize("path", ["environments", "environments/dev/resources", "events", "openapi.json"])
def test_at_the_api_it_is_a_problem(browser: Browser, path: str) -> None:
    answer = browser.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="setpoint"'


def test_the_cookie_is_this_page_s_alone(browser: Browser) -> None:
    answer = browser.go()
    told = {cookie.partition("=")[0]: cookie for cookie in answer.headers.get_list("Set-Cookie")}
    assert told.keys() == {"__Host-setpoint", "__Host-setpoint-login"}
    session = told["__Host-setpoint"].lower()
    assert all(word in session for word in ("httponly", "secure", "samesite=lax", "path=/", "max-age=28800"))
    assert "domain" not in session
    assert "max-age=0" in told["__Host-setpoint-login"].lower(), "what began the login is thrown away"


def test_a_session_gets_a_name_of_its_own_when_somebody_logs_in(browser: Browser) -> None:
    browser.client.cookies.set("__Host-setpoint", "chosen-by-another", domain="setpoint.example")
    browser.go()
    first = browser.client.cookies["__Host-setpoint"]
    assert first != "chosen-by-another"
    assert len(first) >= 43
    answer = browser.get("/login")
    assert answer.status_code == 303
    browser.sent_back = httpx.get(answer.headers["Location"]).headers["Location"]
    browser.back()
    second = browser.client.cookies["__Host-setpoint"]
    assert second != first
    browser.client.cookies.set("__Host-setpoint", first, domain="setpoint.example", path="/")
    assert browser.get("/").status_code == 303, "the former name stands for nobody any more"


def test_a_session_ends_by_itself(browser: Browser, clock: Clock) -> None:
    browser.go()
    clock.now += 8 * 3600 - 1
    assert browser.get("/").status_code == 200
    clock.now += 1
    assert browser.get("/").status_code == 303


def test_logging_out_ends_it_here(browser: Browser, browsing: Browsing, issuer: Issuer) -> None:
    browser.go()
    thief = browsing()
    thief.client.cookies.set("__Host-setpoint", browser.client.cookies["__Host-setpoint"], domain="setpoint.example")
    assert thief.get("/").status_code == 200
    assert browser.post("/logout", data={"proof": "x"}).status_code == 403
    assert browser.get("/logout").status_code == 403, "a picture in a page of others logs nobody out"
    answer = browser.post("/logout", data={"proof": form_of(browser)["proof"]})
    assert answer.status_code == 200
    assert f"{issuer.url}/end_session" in answer.text
    assert browser.get("/").status_code == 303
    assert thief.get("/").status_code == 303, "a copy of the cookie is of no use"


def test_a_form_is_sent_by_whom_it_was_made_for(browser: Browser, browsing: Browsing, acts: Acts) -> None:
    browser.go()
    other = browsing()
    other.go()
    form = form_of(other)
    for told in ({}, {"proof": "x"}, {"proof": form["proof"]}):
        answer = browser.post(f"{PAGE}/act", data={**form_of(browser), "proof": "", **told})
        assert answer.status_code == 403
    assert not acts.made
    answer = browser.post(f"{PAGE}/act", data=form_of(browser))
    assert answer.status_code == 200
    assert [act.author for act in acts.made] == ["Ada Lovelace <ada@example.org>"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://setpoint.example"},
    ],
)
def test_pages_of_others_do_nothing(browser: Browser, acts: Acts, headers: dict[str, str]) -> None:
    browser.go()
    answer = browser.post(f"{PAGE}/act", data=form_of(browser), headers=headers)
    assert answer.status_code == 403
    path = "/api/v1/environments/dev/resources/datasets/loans/acts/reconcile"
    assert browser.post(path, json={}, headers=headers).status_code == 403
    assert not acts.made


def test_forms_of_other_pages_can_t_be_sent_to_the_api(browser: Browser, acts: Acts) -> None:
    browser.go()
    path = "/api/v1/environments/dev/resources/datasets/loans/acts/reconcile"
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert browser.post(path, content="{}", headers={"Content-Type": kind}).status_code == 415
    assert not acts.made
    assert browser.post(path, json={}).status_code == 200


@pytest.mark.parametrize("path", ["/", PAGE, "/dev/files/README.md", "/api/v1/environments", "/nowhere"])
def test_no_view_of_one_person_is_kept_for_another(browser: Browser, path: str) -> None:
    browser.go()
    headers = browser.get(path).headers
    assert "public" not in headers["Cache-Control"]
    assert "no-store" in headers["Cache-Control"] or "private" in headers["Cache-Control"]
    assert {"Cookie", "Authorization"} <= {one.strip() for one in headers["Vary"].split(",")}


def test_a_tag_of_one_view_isn_t_that_of_another(browser: Browser, browsing: Browsing, issuer: Issuer) -> None:
    browser.go()
    path = "/api/v1/environments/dev/resources/datasets/loans"
    whole = browser.get(path)
    assert whole.json()["facts"]["violations"]
    other = browsing()
    issuer.person |= {"sub": "eve", "groups": ["staff"]}
    other.go()
    part = other.get(path, headers={"If-None-Match": whole.headers["ETag"]})
    assert part.status_code == 200
    assert "violations" not in part.json()["facts"]
    assert other.get(path, headers={"If-None-Match": part.headers["ETag"]}).status_code == 304


def test_no_page_stands_in_a_frame_and_scripts_are_asked_from_here_alone(browser: Browser) -> None:
    browser.go()
    for path in ("/", PAGE, "/nowhere", "/logout"):
        policy = browser.get(path).headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self'" in policy
    assert "Access-Control-Allow-Origin" not in browser.get("/", headers={"Origin": "https://x.example"}).headers


def test_only_its_own_name_is_answered(browser: Browser) -> None:
    assert browser.get("/", headers={"Host": "127.0.0.1"}).status_code == 421
    assert browser.get("/", headers={"Host": "elsewhere.example"}).status_code == 421


@pytest.mark.parametrize("headers", [{"X-Forwarded-User": "ada"}, {"X-Forwarded-Groups": "leads"}])
def test_headers_of_whoever_it_is_say_nothing(browser: Browser, headers: dict[str, str]) -> None:
    assert browser.get("/", headers=headers).status_code == 303


def test_tokens_let_in_at_the_api_alone(browser: Browser, issuer: Issuer) -> None:
    told: dict[str, Any] = {"aud": "api", "groups": ["staff"], "email": "ada@example.org"}
    good = {"Authorization": f"Bearer {issuer.token(**told)}"}
    assert browser.get("/api/v1/environments", headers=good).status_code == 200
    assert browser.get("/", headers=good).status_code == 303
    for token in (issuer.token(**told | {"aud": "setpoint"}), issuer.token(**told, exp=1), "x", "", "a.b.c"):
        answer = browser.get("/api/v1/environments", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    for told_twice in ([("Authorization", good["Authorization"])] * 2, {"Authorization": "Basic YTpi"}):
        assert browser.get("/api/v1/environments", headers=told_twice).status_code == 401


def test_a_token_acts_without_a_form(browser: Browser, issuer: Issuer, acts: Acts) -> None:
    told = {"aud": "api", "groups": ["ml"], "email": "ada@example.org", "name": "Ada"}
    headers = {"Authorization": f"Bearer {issuer.token(**told)}", "Idempotency-Key": "1"}
    path = "/api/v1/environments/dev/resources/datasets/loans/acts/suspend"
    for _ in range(2):
        answer = browser.post(path, json={"reason": "an incident"}, headers=headers)
        assert (answer.status_code, answer.json()["done"]) == (200, "suspend of datasets/loans is done")
    assert [(act.said, act.author) for act in acts.made] == [("an incident", "Ada <ada@example.org>")]


def test_an_issuer_that_is_away_is_said(browser: Browser, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(url: str) -> None:
        raise Unreachable(f"{url} can't be reached")

    monkeypatch.setattr(people.issuer, "_fetch", away)
    answer = browser.get("/login")
    assert (answer.status_code, "can&#39;t be told now" in answer.text) == (503, True)


def test_assets_are_everybody_s(browser: Browser) -> None:
    assert browser.get("/assets/style.css").status_code == 200
