"""Who is answered, and what each answer tells the browser."""

import pytest

from tests.unit.reconciler.web.pages.conftest import Client


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8484", 200),
        ("localhost", 200),
        ("LOCALHOST:1", 200),
        ("[::1]:8484", 200),
        ("elsewhere.example", 421),
        ("localhost.elsewhere.example:8484", 421),
        ("127.0.0.1.elsewhere.example", 421),
        ("", 421),
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/v1/environments", "/assets/style.css"])
def test_only_who_asks_this_machine_by_its_name_is_answered(client: Client, host: str, status: int, path: str) -> None:
    answer = client.get(path, headers={"Host": host})
    assert answer.status_code == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/dev/graph", "/dev/datasets/loans", "/nowhere", "/api/v1/environments"])
def test_a_page_loads_nothing_from_elsewhere_and_stands_in_no_frame(client: Client, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/", "/dev/datasets/loans", "/api/v1/environments"])
def test_nothing_can_be_changed(client: Client, method: str, path: str) -> None:
    assert client.request(method, path).status_code in (403, 405)
