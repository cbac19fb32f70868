"""Who may ask a public endpoint: keys that are set and can't be guessed, and a service that is asked."""

from pathlib import Path
from typing import Any

import pytest

from reconciler.model.errors import Refused
from reconciler.model.kinds.access import Access
from reconciler.providers.serving.local import access
from reconciler.providers.serving.local.access import Guard, checked, gate_routes, guard_of, keys_of, service
from reconciler.providers.serving.local.authorizer import policy

KEY = "k" * 43
SOCKET = Path("/run/authorizer.sock")
AT = [{"path": ["/shop/v2/*"]}, {"host": ["shop.localhost"], "path": ["/v2/*"]}]


def keyed(*names: str) -> Access:
    return Access.model_validate({"keys": [f"${{secret:{name}}}" for name in names]})


def test_keys_are_read_by_the_names_of_their_secrets() -> None:
    environ = {"SETPOINT_SECRET_A": KEY, "SETPOINT_SECRET_B": KEY + "b", "SETPOINT_SECRET_C": "not asked for"}
    assert keys_of(keyed("A", "B"), environ) == {"A": KEY, "B": KEY + "b"}
    assert keys_of(None, environ) == keys_of(Access(open=True), environ) == {}


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (None, "A is not set"),
        ("", "A is none"),
        ("short", "A is none"),
        ("*" * 20, "A is none"),
        ("{http.request.host}" * 2, "A is none"),
        (KEY + "\n", "A is none"),
        ("x" * 600, "A is none"),
    ],
)
def test_a_key_that_is_none_is_refused_and_not_shown(value: str | None, what: str) -> None:
    with pytest.raises(Refused, match=what) as raised:
        keys_of(keyed("A"), {} if value is None else {"SETPOINT_SECRET_A": value})
    assert not value or value not in raised.value.message + raised.value.hint


def test_a_service_that_isn_t_there_is_told() -> None:
    with pytest.raises(Refused, match="no authentication service"):
        checked(Access(forward=True), "")
    checked(Access(forward=True), "http://127.0.0.1/")
    checked(None, "")


@pytest.mark.parametrize("url", ["ftp://a/", "http://", "/verify", "http://user:pass@a/"])
def test_a_service_is_a_url(url: str) -> None:
    with pytest.raises(Refused):
        service(url)
    assert service("") == ""


def test_strangers_are_answered_before_anything_else() -> None:
    (route,) = gate_routes(AT, Guard((KEY,)), SOCKET)
    assert [match["path"] for match in route["match"]] == [item["path"] for item in AT]
    assert all(len(match["not"]) == 2 for match in route["match"])
    assert (route["handle"][0]["status_code"], route["terminal"]) == (401, True)
    assert KEY not in str(route["handle"])


def test_without_a_key_that_counts_nobody_is_let_in() -> None:
    (route,) = gate_routes(AT, Guard(), SOCKET)
    assert route["match"] == AT


def test_everybody_is_let_in_where_that_is_said() -> None:
    assert gate_routes(AT, None, SOCKET) == []


@pytest.mark.parametrize(
    ("url", "dial", "uri"),
    [
        ("http://127.0.0.1:9091/api/verify?x=1", "127.0.0.1:9091", "/api/verify?x=1"),
        ("http://auth", "auth:80", "/"),
        ("https://auth/", "auth:443", "/"),
    ],
)
def test_a_service_is_asked_where_it_is(url: str, dial: str, uri: str) -> None:
    (route,) = gate_routes(AT, Guard(forward=url), SOCKET)
    asked: Any = route["handle"][0]["routes"][0]["handle"][0]
    assert (asked["upstreams"], asked["rewrite"]) == ([{"dial": dial}], {"method": "GET", "uri": uri})
    assert ("tls" in asked["transport"]) == url.startswith("https")


JWT = {"issuer": "https://login.example", "audience": "shop"}
LIMITS = {"rate": "5/s"}


def guard(kept: tuple[str, ...] = (), /, **told: Any) -> Any:
    return guard_of("shop", Access.model_validate(told), "http://auth", kept)


def test_a_guard_is_what_a_deployment_says() -> None:
    assert guard_of("shop", None, "", ()) is None
    assert guard(open=True) is None
    assert guard(("b", "a"), keys=["${secret:A}"]) == Guard(("a", "b"))
    assert guard(forward=True) == Guard(forward="http://auth")
    assert guard_of("shop", Access(forward=True), "", ()) == Guard(), "nobody is let in without the service"
    told = guard(jwt=JWT, limits=LIMITS)
    assert told == Guard(is_open=True, policy=told.policy, by="claim sub")
    assert policy.read(told.policy).access.jwt
    told = guard(("a",), keys=["${secret:A}"], limits=LIMITS)
    assert told == Guard(("a",), policy=told.policy, by="key")


def asked_of(route: Any) -> Any:
    return route["handle"][0]["routes"][0]["handle"][0]


def test_the_authorizer_is_asked_after_strangers_were_answered() -> None:
    routes = gate_routes(AT, guard((KEY,), keys=["${secret:A}"], limits=LIMITS), SOCKET)
    assert [route["handle"][0]["handler"] for route in routes] == ["static_response", "vars", "subroute"]
    assert len(routes[1]["match"]) == 4
    assert KEY not in str(routes[1]["handle"])
    asked = asked_of(routes[2])
    assert asked["upstreams"] == [{"dial": f"unix/{SOCKET}"}]
    assert asked["headers"]["request"]["set"]["X-Setpoint-Client"] == ["{http.vars.client}"]
    assert set(asked["headers"]["request"]["delete"]) == {"Authorization", "X-Api-Key", "Cookie"}
    assert routes[2]["handle"][0]["errors"]["routes"][0]["handle"][0]["status_code"] == 503


def test_the_authorizer_is_told_a_token_only_where_it_checks_it() -> None:
    (route,) = gate_routes(AT, guard(jwt=JWT), SOCKET)
    assert set(asked_of(route)["headers"]["request"]["delete"]) == {"X-Api-Key", "Cookie"}
    services = gate_routes(AT, guard(forward=True, limits=LIMITS), SOCKET)
    assert [asked_of(route)["upstreams"][0]["dial"] for route in services] == ["auth:80", f"unix/{SOCKET}"]
    assert "Authorization" in asked_of(services[1])["headers"]["request"]["delete"]


def test_browsers_are_answered_first() -> None:
    routes = gate_routes(AT, guard(open=True, cors={"origins": ["https://a.example"]}), SOCKET)
    assert [route["handle"][0]["handler"] for route in routes] == ["headers", "headers", "static_response"]


def test_what_checks_tokens_has_to_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    checked(Access.model_validate({"jwt": JWT}), "")
    monkeypatch.setattr(access, "find_spec", lambda name: None)
    checked(Access(open=True), "")
    with pytest.raises(Refused, match="the package jwt is not installed"):
        checked(Access.model_validate({"jwt": JWT}), "")
