"""Internal endpoints on real Caddys that ask for a token: who may, who may not, and for how long."""

import http.client
import os
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from reconciler.model.kinds.access import Access
from reconciler.ports.serving import HandsOutTokens
from reconciler.providers.serving.local import LocalServing
from runners.contract.endpoint_tokens import DAY
from tests.unit.reconciler.providers.serving.local.conftest import Place
from tests.unit.reconciler.providers.serving.local.told import COMMAND, DEPLOYMENT, NEW, OLD, SetClock

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_process_left")]

KEY = "k" * 43
TOKEN = Access(internal="token")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def code_of(url: str, method: str = "GET") -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def test_an_internal_endpoint_lets_in_whoever_has_a_token(place: Place) -> None:
    place.serving = place.opened(environ={**os.environ, "SETPOINT_SECRET_SHOP": KEY})
    place.serve(access=Access(keys=("${secret:SHOP}",), internal="token"))
    assert isinstance(place.serving, HandsOutTokens)
    token, url = place.serving.token(DEPLOYMENT), place.endpoint.url
    direct = place.revision().url
    place.until(lambda: place.status(url=direct) == 401)
    assert place.ask(url=direct, headers=bearer(token))["revision"] == OLD, "before it has traffic, too"
    place.serving.route(DEPLOYMENT, {OLD: 100})
    place.until(lambda: place.status(bearer(token)) == 200)
    other = place.serving.token(type(DEPLOYMENT)("deployments/other"))
    wrong = [
        {},
        {"X-API-Key": "wrong"},
        bearer(""),
        bearer(token[:-1]),
        bearer(other),
        bearer("*"),
        {"Authorization": token},
    ]
    for headers in wrong:
        with pytest.raises(urllib.error.HTTPError, match="401") as raised:
            place.ask(headers=headers)
        assert raised.value.headers["WWW-Authenticate"] == "Bearer"
        assert b"asks for a token of its environment" in raised.value.read()
    for headers in (bearer(token), {"X-API-Key": token}, bearer(KEY), {"X-API-Key": KEY}):
        seen = place.ask(headers=headers)["headers"]
        assert not {"authorization", "x-api-key"} & seen.keys(), "a token gets no further than it must"
    open_ones = [f"{url}/v2/health/ready", f"{url}/v2/health/live", f"{direct}/v2/health/ready", f"{url}/metrics"]
    assert [code_of(one) for one in open_ones[:2]] == [200, 200]
    for shut in (url, f"{url}/", f"{url}/v2", f"{url}/openapi.json", f"{url}/v2/models/employment", f"{direct}/v2"):
        assert code_of(shut) == 401, shut
    for odd in ("/v2/health/../models/employment/infer", "/v2/models/employment/infer/../../../health/ready"):
        assert code_of(url + odd, "POST") in (401, 404), odd
    port = int(url.split(":")[2].split("/")[0])
    for host, path in ODD:
        assert raw(port, host, path) in (400, 401, 404, 405), (host, path)
    assert raw(port, "employment.localhost", "/v2/health/ready", "GET") == 200
    place.until(lambda: "setpoint_endpoint_refused_total" in metrics(place))
    assert place.endpoint.figures.errors == 0
    kept = [path for path in place.folder.rglob("*") if path.is_file() and token.encode() in path.read_bytes()]
    assert {path.name for path in kept} <= {"router.json"}
    assert place.folder.stat().st_mode & 0o077 == 0


INFER = "/v2/models/employment/infer"
ODD = [
    ("employment.localhost", INFER),
    ("EMPLOYMENT.localhost:80", INFER),
    (f"{OLD}.employment.traffic", INFER),
    ("employment.refused", INFER),
    ("other.localhost", f"/employment{INFER}"),
    *(
        ("127.0.0.1", path)
        for path in (
            f"/EMPLOYMENT{INFER}",
            f"//employment{INFER}",
            f"/%65mployment{INFER}",
            f"/employment/.{INFER}",
            f"/x/../employment{INFER}",
            f"/employment/v2/health/ready/../..{INFER}",
            f"/employment/v2/health/ready/%2e%2e/%2e%2e{INFER}",
            f"/employment/v2/health/ready{INFER}",
            f"/employment/metrics/..{INFER}",
            f"/employment/metrics%2f..{INFER}",
            "/employment/v2/health/ready",
            "/employment/metrics",
            f"/employment/revisions/{OLD}{INFER}",
            f"/employment/revisions/{OLD}/v2/health/ready",
            f"http://employment.localhost{INFER}",
        )
    ),
]
"""Hosts and paths by which somebody could try to get around the door."""


def raw(port: int, host: str, path: str, method: str = "POST") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.putrequest(method, path, skip_host=True)
        for name, value in (("Host", host), ("Content-Length", "1"), ("X-Setpoint-Unit", "a")):
            connection.putheader(name, value)
        connection.endheaders(b"x")
        return connection.getresponse().status
    finally:
        connection.close()


def metrics(place: Place) -> str:
    with urllib.request.urlopen(place.endpoint.metrics_url, timeout=30) as answer:
        return str(answer.read(), "utf-8")


def test_tokens_end_and_two_days_hold_meanwhile(place: Place, tmp_path: Path) -> None:
    clock = SetClock(1_000 * DAY)
    place.serving = LocalServing(place.folder, clock, public_address="127.0.0.1", command=COMMAND)
    place.serve(access=TOKEN)
    place.serving.route(DEPLOYMENT, {OLD: 100})
    first = place.serving.token(DEPLOYMENT)
    place.until(lambda: place.status(bearer(first)) == 200)
    clock.seconds += DAY
    second = place.serving.token(DEPLOYMENT)
    assert place.status(bearer(second)) == 200, "the next day's is known before"
    place.until(lambda: place.status(bearer(second)) == place.status(bearer(first)) == 200)
    clock.seconds += DAY
    place.until(lambda: place.status(bearer(first)) == 401)
    assert place.status(bearer(second)) == 200
    again = LocalServing(place.folder, clock, public_address="127.0.0.1", command=COMMAND)
    place.serving = again
    third = again.token(DEPLOYMENT)
    place.until(lambda: place.status(bearer(third)) == 200)
    assert place.status() == 401, "another daemon asks for the same"
    (place.folder / "secrets" / "tokens").unlink()
    place.until(lambda: place.status(bearer(third)) == 401)
    place.until(lambda: place.status(bearer(again.token(DEPLOYMENT))) == 200)


def test_what_asked_for_nothing_goes_on_until_the_traffic_moves(place: Place) -> None:
    place.go_live()
    token = place.serving.token(DEPLOYMENT)
    place.serve(NEW, access=TOKEN)
    assert place.status() == place.status(bearer(token)) == 200
    place.serving.route(DEPLOYMENT, {NEW: 100})
    place.until(lambda: place.status() == 401)
    assert place.ask(headers=bearer(token))["revision"] == NEW
    place.serving.route(DEPLOYMENT, {OLD: 100})
    place.until(lambda: place.status() == 200)


def test_a_record_that_can_t_be_read_opens_nothing(place: Place) -> None:
    place.serve(access=TOKEN)
    place.serving.route(DEPLOYMENT, {OLD: 100})
    url, token = place.endpoint.url, place.serving.token(DEPLOYMENT)
    place.until(lambda: place.status(bearer(token)) == 200)
    record = place.folder / "endpoints" / "employment.json"
    whole = record.read_bytes()
    record.write_bytes(b"{")
    place.serving = place.opened()
    place.serving.settle()
    with pytest.raises(urllib.error.HTTPError, match="401"):
        place.ask(url=url)
    assert place.ask(url=url, headers=bearer(token))["revision"] == OLD
    record.write_bytes(whole)
