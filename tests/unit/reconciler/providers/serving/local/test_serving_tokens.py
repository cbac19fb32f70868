"""Tokens, limits and browsers at real Caddys, with the authorizer that they ask."""

import json
import os
import signal
import urllib.error
import urllib.request
from typing import Any

import pytest

from reconciler.model.kinds.access import Access
from reconciler.providers.serving.local.processes import is_alive, pid_of, tell
from tests.unit.reconciler.providers.serving.local.authorizer.issuing import EC, NEXT, RSA, served, token
from tests.unit.reconciler.providers.serving.local.conftest import Place
from tests.unit.reconciler.providers.serving.local.told import DEPLOYMENT, NEW, OLD

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_process_left")]

KEY, OTHER_KEY = "k" * 43, "o" * 43
PAGE = "https://shop.example"
INFER = "/v2/models/employment/infer"


def access(**told: Any) -> Access:
    return Access.model_validate(told)


def jwt(issuer: str, **told: Any) -> dict[str, Any]:
    return {"issuer": issuer, "audience": "shop", **told}


def go_live(place: Place, wanted: Access, name: Any = OLD) -> None:
    place.serve(name, visibility="public", access=wanted)
    place.serving.route(DEPLOYMENT, {name: 100})


def answer(place: Place, headers: dict[str, str] | None = None, method: str = "POST") -> tuple[int, Any, Any]:
    """Ask the endpoint; return the status, the headers and what the body says. The status is 0 where nobody answers."""
    body = b"x" if method == "POST" else None
    request = urllib.request.Request(place.endpoint.url + INFER, body, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as found:
            content = found.read()
            return found.status, found.headers, json.loads(content) if content else None
    except urllib.error.HTTPError as error:
        with error:
            content = error.read()
            return error.code, error.headers, json.loads(content) if content else None
    except OSError:
        return 0, {}, None


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def test_a_public_endpoint_lets_in_whoever_has_a_token(place: Place) -> None:
    with served(RSA, EC) as issuer:
        go_live(place, access(jwt=jwt(issuer.url, claims={"groups": ["ml"]})))
        place.until(lambda: answer(place)[0] == 401)
        assert answer(place)[1]["WWW-Authenticate"] == "Bearer"
        for key in (RSA, EC):
            status, _, told = answer(place, {**bearer(token(key, issuer=issuer.url)), "Cookie": "a=b"})
            assert status == 200
            assert not {"authorization", "cookie", "x-setpoint-policy", "x-setpoint-client"} & told["headers"].keys()
        status, headers, told = answer(place, bearer(token(issuer=issuer.url, exp=1)))
        assert (status, told["error"]) == (401, "the token has expired")
        assert headers["WWW-Authenticate"] == 'Bearer error="invalid_token", error_description="the token has expired"'
        status, headers, _ = answer(place, bearer(token(issuer=issuer.url, groups=["sales"])))
        assert (status, "insufficient_scope" in headers["WWW-Authenticate"]) == (403, True)
        assert answer(place, {"X-Setpoint-Policy": "e30=", "X-Setpoint-Client": "me"})[0] == 401
        assert issuer.asked == ["/.well-known/openid-configuration", "/keys"]
        issuer.keys = [NEXT]
        assert answer(place, bearer(token(NEXT, issuer=issuer.url)))[0] == 401, "keys were fetched a moment ago"
    assert answer(place, bearer(token(issuer=issuer.url)))[0] == 200, "keys are kept while the issuer is away"
    place.serving.settle()
    assert place.endpoint.figures.errors == 0
    assert not holding(place, token(issuer=issuer.url).partition(".")[0]), "no token is kept"


def holding(place: Place, text: str) -> set[str]:
    """Return the names of the files that hold a text."""
    files = [path for path in place.folder.rglob("*") if path.is_file()]
    return {path.name for path in files if text.encode() in path.read_bytes()}


def test_nobody_is_let_in_while_keys_cannot_be_had(place: Place) -> None:
    with served(RSA) as issuer:
        issuer.documents["/.well-known/openid-configuration"] = {"issuer": "https://another.example"}
        go_live(place, access(jwt=jwt(issuer.url)))
        place.until(lambda: answer(place)[0] == 401)
        status, headers, told = answer(place, bearer(token(issuer=issuer.url)))
        assert (status, headers["Retry-After"]) == (503, "3")
        assert "can't be had" in told["error"]


def test_the_authorizer_outlives_the_daemon_and_lets_nobody_in_while_it_is_away(place: Place) -> None:
    lock = place.folder / "caddy" / "authorizer.lock"
    good = bearer(token())
    go_live(place, access(jwt=jwt("https://login.example", jwks={"keys": [RSA.public]})))
    place.until(lambda: answer(place, good)[0] == 200)
    before = pid_of(lock)
    assert before is not None
    place.serving = place.opened()
    for _ in range(3):
        place.serving.settle()
    assert pid_of(lock) == before
    tell(lock, signal.SIGKILL)
    place.wait(lambda: not is_alive(lock))
    status, headers, told = answer(place, good)
    assert (status, headers["Retry-After"], "away" in told["error"]) == (503, "1", True)
    assert not holding(place, token().partition(".")[0]), "no token is kept"
    place.until(lambda: answer(place, good)[0] == 200)
    place.serve(NEW, visibility="public", access=access(open=True))
    place.serving.route(DEPLOYMENT, {NEW: 100})
    place.until(lambda: not is_alive(lock))
    assert answer(place)[0] == 200


def test_each_key_has_its_own_limit_whatever_else_a_request_says(place: Place) -> None:
    place.serving = place.opened(environ={**os.environ, "SETPOINT_SECRET_A": KEY, "SETPOINT_SECRET_B": OTHER_KEY})
    limits = {"rate": "3/h", "burst": 3}
    go_live(place, access(keys=["${secret:A}", "${secret:B}"], limits=limits))
    place.until(lambda: answer(place)[0] == 401)
    place.until(lambda: answer(place, {"X-API-Key": KEY})[0] == 200)
    asked = [{"X-API-Key": KEY}, {**bearer("x" * 20), "X-API-Key": KEY}, bearer(KEY), {**bearer(KEY), "X-API-Key": "y"}]
    assert [answer(place, headers)[0] for headers in asked] == [200, 200, 429, 429]
    status, headers, told = answer(place, bearer(KEY))
    assert (status, 0 < int(headers["Retry-After"]) <= 1200, "3/h" in told["error"]) == (429, True, True)
    assert answer(place, bearer(OTHER_KEY))[0] == 200
    assert answer(place, bearer("z" * 20))[0] == 401
    tell(place.folder / "caddy" / "authorizer.lock", signal.SIGKILL)
    assert answer(place, {"X-API-Key": OTHER_KEY})[0] == 503
    assert holding(place, OTHER_KEY) == {f"employment-{OLD}.keys.json", "router.json"}


def test_an_address_is_where_a_request_comes_from_and_not_what_it_says(place: Place) -> None:
    go_live(place, access(open=True, limits={"rate": "2/h", "burst": 2}))
    place.until(lambda: answer(place)[0] in (200, 429))
    forged = [{"X-Forwarded-For": f"10.0.0.{number}", "X-Setpoint-Client": f"10.1.0.{number}"} for number in range(3)]
    assert [answer(place, headers)[0] for headers in forged][1:] == [429, 429]
    internal = place.ask(url=place.revision().url.partition("/revisions/")[0])
    assert internal["revision"] == OLD, "what comes from this machine isn't counted"


def test_pages_that_are_named_may_ask_from_browsers(place: Place) -> None:
    place.serving = place.opened(environ={**os.environ, "SETPOINT_SECRET_A": KEY})
    go_live(place, access(keys=["${secret:A}"], cors={"origins": [PAGE], "headers": ["X-Trace"], "max_age": "5m"}))
    place.until(lambda: answer(place)[0] == 401)
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    status, headers, _ = answer(place, asked, "OPTIONS")
    assert (status, headers["Access-Control-Allow-Origin"], headers["Vary"]) == (204, PAGE, "Origin")
    assert headers["Access-Control-Max-Age"] == "300"
    assert {"X-API-Key", "X-Trace"} <= {*headers["Access-Control-Allow-Headers"].split(", ")}
    for own, wanted in (({"X-API-Key": KEY}, 200), ({}, 401)):
        status, headers, _ = answer(place, {**own, "Origin": PAGE})
        assert (status, headers.get_all("Access-Control-Allow-Origin"), headers["Vary"]) == (wanted, [PAGE], "Origin")
    for other in ("https://evil.example", "https://shop.example.evil.example", "null"):
        status, headers, _ = answer(place, {"X-API-Key": KEY, "Origin": other})
        assert (status, headers["Access-Control-Allow-Origin"], headers["Vary"]) == (200, None, "Origin")
        assert answer(place, {**asked, "Origin": other}, "OPTIONS")[0] == 401
    status, headers, _ = answer(place, {"X-API-Key": KEY})
    assert (status, headers["Access-Control-Allow-Origin"], headers["Vary"]) == (200, None, "Origin")
    assert answer(place, {"Origin": PAGE}, "OPTIONS")[0] == 401, "no preflight"
