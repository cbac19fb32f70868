"""Where the page answers, and whom."""

import http.client
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from reconciler.cli.page_server import Listening, address_of, beside, keyed, server_of
from reconciler.model.errors import Refused
from reconciler.settings import Settings
from reconciler.watched.repositories import Repositories
from reconciler.web.login.settings import Login, Oidc, Proxy, Tls

OIDC = Oidc(issuer="https://login.example", client_id="setpoint")
NEAR = Login(url="http://localhost:8484", oidc=OIDC)
BEHIND = Login(url="https://x.example", oidc=OIDC, proxy=Proxy(addresses=("10.0.0.1",)))
OWN = Login(url="https://x.example", oidc=OIDC, tls=Tls(certificate=Path("cert.pem"), key=Path("key.pem")))


@pytest.mark.parametrize("login", [BEHIND, OWN])
def test_others_are_answered_where_people_are_known_and_nobody_reads_along(login: Login) -> None:
    assert address_of("0.0.0.0:8484", login) == ("0.0.0.0", 8484)
    assert address_of("[::]:8484", login) == ("::", 8484)


def test_else_they_are_not() -> None:
    with pytest.raises(Refused, match="would read all of it"):
        address_of("0.0.0.0:1")
    with pytest.raises(Refused, match="read along"):
        address_of("0.0.0.0:1", NEAR)
    assert address_of("127.0.0.1:1", NEAR) == ("127.0.0.1", 1)


def test_a_certificate_that_isn_t_there_is_said(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "login.yaml"
    said = "url: https://x.example\noidc: {issuer: 'https://a.b', client_id: c}\n"
    file.write_text(f"{said}tls: {{certificate: /no/cert, key: /no/key}}\n")
    with pytest.raises(Refused, match="there is no file /no/cert"):
        server_of([settings], Listening("0.0.0.0:0", file), print)


@pytest.mark.usefixtures("status")
def test_it_is_served_beside_what_else_a_process_does(settings: Settings) -> None:
    url, stop = beside([settings], Listening("127.0.0.1:0"), Repositories())
    place = urlsplit(url).netloc
    try:
        connection = http.client.HTTPConnection(place, timeout=60)
        connection.request("GET", "/dev/datasets/digits")
        answer = connection.getresponse()
        assert (answer.status, b"too few rows" in answer.read()) == (200, True)
        connection.close()
        with pytest.raises(Refused, match="can't be listened at"):
            beside([settings], Listening(place), Repositories())
    finally:
        stop()
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection(place, timeout=60).request("GET", "/")


def test_no_environment_has_an_address_of_the_page_s_own() -> None:
    names = ("dev", "dev", "login", "api")
    assert list(keyed([Settings("/r", name) for name in names])) == ["dev", "dev-2", "login-2", "api-2"]
