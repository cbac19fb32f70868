"""A proxy that says who asks, and everybody else who would like to."""

from collections.abc import Callable

import pytest

from reconciler.web.login.proxy import SECRET
from tests.unit.reconciler.web.conftest import Acts, Browser
from tests.unit.reconciler.web.login.test_gate import form_of

Proxied = Callable[[str], Browser]
PROOF = {SECRET: "only the proxy knows"}
ADA = {"X-Forwarded-User": "ada", "X-Forwarded-Email": "ada@example.org", "X-Forwarded-Groups": "ml, leads"}


def test_whom_the_proxy_names_is_known(proxied: Proxied) -> None:
    for address in ("10.1.2.3", "::ffff:10.1.2.3"):
        answer = proxied(address).get("/", headers=PROOF | ADA)
        assert answer.status_code == 200
        assert "ada@example.org" in answer.text
        assert "Log out" not in answer.text, "that is the proxy's"


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("192.0.2.1", PROOF | ADA),
        ("::ffff:192.0.2.1", PROOF | ADA),
        ("127.0.0.1", PROOF | ADA),
        ("", PROOF | ADA),
        ("10.1.2.3", ADA),
        ("10.1.2.3", {SECRET: "guessed"} | ADA),
        ("10.1.2.3", {SECRET: ""} | ADA),
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/v1/environments", "/assets/style.css"])
def test_nobody_else_is_believed(proxied: Proxied, address: str, headers: dict[str, str], path: str) -> None:
    answer = proxied(address).get(path, headers=headers)
    assert answer.status_code == 403
    assert "its proxy alone" in answer.text


def test_a_header_that_comes_twice_is_of_a_proxy_that_lets_others_write(proxied: Proxied) -> None:
    twice = [*(PROOF | ADA).items(), ("X-Forwarded-Groups", "admins")]
    answer = proxied("10.1.2.3").get("/", headers=twice)
    assert (answer.status_code, "comes twice" in answer.text) == (403, True)


def test_a_proxy_that_names_nobody_is_told(proxied: Proxied) -> None:
    answer = proxied("10.1.2.3").get("/", headers=PROOF)
    assert (answer.status_code, "log in there" in answer.text) == (401, True)


def test_names_are_utf_8(proxied: Proxied) -> None:
    told = ADA | {"X-Forwarded-Preferred-Username": "Zoë".encode().decode("latin-1")}
    headers = [(name.encode(), value.encode("latin-1")) for name, value in (PROOF | told).items()]
    assert "Zoë" in proxied("10.1.2.3").get("/", headers=headers).text


def test_people_of_a_proxy_act_by_forms_of_their_own(proxied: Proxied, acts: Acts) -> None:
    browser = proxied("10.1.2.3")
    browser.client.headers.update(PROOF | ADA)
    form = form_of(browser)
    assert browser.post("/dev/datasets/loans/act", data=form, headers={"X-Forwarded-User": "eve"}).status_code == 403
    assert browser.post("/dev/datasets/loans/act", data=form).status_code == 200
    assert [act.author for act in acts.made] == ["ada@example.org <ada@example.org>"]


def test_a_proxy_knows_nothing_of_logins(proxied: Proxied) -> None:
    browser = proxied("10.1.2.3")
    assert browser.get("/login", headers=PROOF | ADA).status_code == 404
