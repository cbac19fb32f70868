"""Public endpoints on real Caddys: who may ask them, and in what they speak."""

import http.client
import os
import ssl
import subprocess
import threading
import urllib.error
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from reconciler.model.errors import Refused
from reconciler.model.kinds.access import Access
from reconciler.providers.serving.local import LocalServing
from reconciler.providers.serving.local.tls import ROOT
from tests.unit.reconciler.providers.serving.local.conftest import Place
from tests.unit.reconciler.providers.serving.local.told import COMMAND, DEPLOYMENT, OLD, WallClock, order

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_process_left")]

KEY, FORMER_KEY = "k" * 43, "f" * 43


def keyed(*names: str) -> Access:
    return Access.model_validate({"keys": [f"${{secret:{name}}}" for name in names]})


def test_a_public_endpoint_lets_in_whoever_has_a_key(place: Place) -> None:
    environ = {**os.environ, "SETPOINT_SECRET_NEW": KEY, "SETPOINT_SECRET_OLD": FORMER_KEY}
    place.serving = place.opened(environ=environ)
    place.serve(visibility="public", access=keyed("NEW", "OLD"))
    place.serving.route(DEPLOYMENT, {OLD: 100})
    place.until(lambda: place.status() == 401)
    place.until(lambda: place.status({"X-API-Key": KEY}) == 200)  # who has no key is told so before anything answers
    wrong = [{}, {"X-API-Key": "wrong"}, {"Authorization": "Bearer "}, {"Authorization": KEY}, {"X-API-Key": "*"}]
    for headers in wrong:
        with pytest.raises(urllib.error.HTTPError, match="401") as raised:
            place.ask(headers=headers)
        assert raised.value.headers["WWW-Authenticate"] == "Bearer"
        raised.value.close()
    for headers in ({"Authorization": f"Bearer {KEY}"}, {"X-API-Key": FORMER_KEY, "Cookie": "a=b"}):
        seen = place.ask(headers=headers)["headers"]
        assert not {"authorization", "x-api-key", "cookie"} & seen.keys(), "a key gets no further than it must"
    place.serving.settle()
    assert place.endpoint.figures.errors == 0
    kept = [path for path in place.folder.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert {path.name for path in kept} <= {f"employment-{OLD}.keys.json", "router.json"}
    assert place.folder.stat().st_mode & 0o077 == 0


class _Authentication(BaseHTTPRequestHandler):
    """An authentication service that lets in one user, and notes what it is told."""

    seen: ClassVar[list[dict[str, str]]] = []

    def do_GET(self) -> None:
        self.seen.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(200 if self.headers["Authorization"] == "Basic user" else 403)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


def test_a_public_endpoint_asks_the_authentication_service(place: Place) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Authentication) as service:
        threading.Thread(target=service.serve_forever, args=(0.01,)).start()
        place.serving = place.opened(forward_auth=f"http://127.0.0.1:{service.server_port}/verify?x=1")
        place.serve(visibility="public", access=Access(forward=True))
        place.serving.route(DEPLOYMENT, {OLD: 100})
        place.until(lambda: place.status() == 403)
        answered = place.ask(b"body", headers={"Authorization": "Basic user"})
        assert (answered["size"], "authorization" in answered["headers"]) == (4, False)
        assert _Authentication.seen[-1]["x-forwarded-method"] == "POST"
        assert _Authentication.seen[-1]["x-forwarded-uri"] == "/employment/v2/models/employment/infer"
        service.shutdown()
    place.until(lambda: place.status() in (502, 503, 504))


def test_what_is_public_says_how_it_is_kept_from_strangers(place: Place) -> None:
    place.serving = LocalServing(place.folder, WallClock(), command=COMMAND)
    with pytest.raises(Refused, match=r"listen at 0\.0\.0\.0 without TLS"):
        place.serving.start(order(visibility="public", access=Access(open=True)))
    with pytest.raises(Refused, match="the API key NOWHERE is not set"):
        place.serving.start(order(visibility="public", access=keyed("NOWHERE")))
    with pytest.raises(Refused, match="no authentication service"):
        place.serving.start(order(visibility="public", access=Access(forward=True)))
    assert not place.serving.list()
    place.serving = LocalServing(place.folder, WallClock(), command=COMMAND, tls="off")
    place.serving.start(order(visibility="public", access=Access(open=True)))


@pytest.mark.parametrize("by", ["internal", "files"])
def test_a_public_endpoint_speaks_tls(place: Place, by: str, tmp_path: Path) -> None:
    made = certificate(tmp_path)
    place.serving = place.opened(tls="internal" if by == "internal" else made)
    place.serve(visibility="public", access=Access(open=True))
    place.serving.route(DEPLOYMENT, {OLD: 100})
    root = place.folder / ROOT if by == "internal" else Path(made["certificate"])
    place.until(root.exists)
    assert place.endpoint.url.startswith("https://127.0.0.1:")
    port = int(place.endpoint.url.split(":")[2].split("/")[0])

    def answers() -> int:
        context = ssl.create_default_context(cafile=str(root))
        connection = http.client.HTTPSConnection("localhost", port, timeout=10, context=context)
        try:
            connection.request("POST", "/employment/v2/models/employment/infer", b"x")
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    place.until(lambda: answers() == 200)


def certificate(folder: Path) -> dict[str, str]:
    """Make a certificate for localhost that is its own authority."""
    told = {"certificate": str(folder / "it.crt"), "key": str(folder / "it.key")}
    line = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    line += ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*line, "-keyout", told["key"], "-out", told["certificate"]], check=True, capture_output=True)
    return told
