"""The file of --login: what it has to say, and what is said where it doesn't."""

from pathlib import Path

import pytest

from reconciler.model.errors import Refused
from reconciler.web.login.settings import Login, network, read_login

GOOD = """\
url: https://setpoint.example/
oidc:
  issuer: https://login.example
  client_id: setpoint
  client_secret: ${secret:WEB}
proxy: {addresses: [127.0.0.1, "fd00::/8"]}
session: 2h
"""
HEADERS = "url: https://x.example\nproxy: {addresses: 10.0.0.0/8, headers: {user: X-User}}\n"


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "login.yaml"
    file.write_text(text)
    return file


def test_it_says_how_people_are_known(tmp_path: Path) -> None:
    login = read_login(written(tmp_path, GOOD))
    assert (login.url, login.host, login.is_safe, login.is_https, login.is_near) == (
        "https://setpoint.example",
        "setpoint.example",
        True,
        True,
        False,
    )
    assert login.session.total_seconds() == 7200
    assert login.oidc
    assert login.oidc.client_secret == "${secret:WEB}"
    by_headers = read_login(written(tmp_path, HEADERS))
    assert by_headers.proxy
    assert by_headers.proxy.headers
    assert (by_headers.proxy.headers.user, by_headers.proxy.headers.groups) == ("X-User", "X-Forwarded-Groups")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "url"),
        ("url: https://x.example\n", "either oidc or proxy.headers"),
        (GOOD + "tls: {certificate: a}\n", "tls.key"),
        (GOOD.replace("https://setpoint.example/", "https://setpoint.example/below"), "url"),
        (GOOD.replace("https://setpoint.example/", "http://setpoint.example"), "https"),
        (GOOD.replace("https://login.example", "http://login.example"), "oidc.issuer"),
        (GOOD.replace("${secret:WEB}", "in plain"), "oidc.client_secret"),
        (GOOD.replace("127.0.0.1", "everywhere"), "an address or a network"),
        (HEADERS + "oidc: {issuer: 'https://a.b', client_id: c}\n", "either oidc or proxy.headers"),
        (GOOD.replace("client_id", "clientid"), "clientid"),
        ("a: [", "login.yaml"),
    ],
)
def test_what_isn_t_clear_is_said_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(Refused) as raised:
        read_login(written(tmp_path, text))
    assert told in str(raised.value)


def test_a_file_that_isn_t_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="can't be read"):
        read_login(tmp_path / "nothing.yaml")


def test_networks_are_addresses_too() -> None:
    assert str(network("10.0.0.1")) == "10.0.0.1/32"
    with pytest.raises(ValueError, match="such as"):
        network("10.0.0.1/8")


def test_a_page_of_this_machine_is_one() -> None:
    near = {"url": "http://localhost:8484", "oidc": {"issuer": "http://127.0.0.1:1", "client_id": "x"}}
    login = Login.model_validate(near)
    assert (login.is_near, login.is_https, login.is_safe) == (True, False, False)
