"""Deliveries of webhooks: signed as each forge signs, refused when forged, repeated or old."""

import hashlib
import hmac
from base64 import b64encode

import pytest

from reconciler.forges.webhooks import REMEMBERED, SKEW, Deliveries, Received, pushed_ref

SECRET, NOW = "s3cret", 1_700_000_000.0
BODY = b'{"ref": "refs/heads/main"}'


def deliveries(secret: str = SECRET) -> Deliveries:
    return Deliveries(secret, wall=lambda: NOW)


def hexadecimal(body: bytes = BODY, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def standard(
    body: bytes = BODY, *, name: str = "msg_1", when: float = NOW, key: bytes = SECRET.encode()
) -> dict[str, str]:
    signed = hmac.new(key, f"{name}.{when:.0f}.".encode() + body, hashlib.sha256).digest()
    signature = "v1," + b64encode(signed).decode()
    return {"webhook-id": name, "webhook-timestamp": f"{when:.0f}", "webhook-signature": signature}


@pytest.mark.parametrize(
    "headers",
    [
        {"x-hub-signature-256": f"sha256={hexadecimal()}"},
        {"x-gitea-signature": hexadecimal(), "x-hub-signature-256": f"sha256={hexadecimal()}"},
        {"x-forgejo-signature": hexadecimal()},
        {"x-gitlab-token": SECRET},
        standard(),
    ],
    ids=["github", "gitea", "forgejo", "gitlab", "standard"],
)
def test_a_delivery_is_taken_once(headers: dict[str, str]) -> None:
    taken = deliveries()
    assert taken.receive(headers, BODY) is Received.TAKEN
    assert taken.receive(headers, BODY) is Received.REPEATED


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-hub-signature-256": ""},
        {"x-hub-signature-256": hexadecimal(secret="guessed")},
        {"x-hub-signature-256": f"sha256={hexadecimal(b'another body')}"},
        {"x-hub-signature": hexadecimal()},
        {"x-gitea-signature": hexadecimal(), "x-hub-signature-256": "sha256=0"},
        {"x-gitlab-token": ""},
        {"x-gitlab-token": "s3cre"},
        {"x-gitlab-token": "é"},
        standard(key=b"guessed"),
        standard(b"another body"),
        standard() | {"webhook-id": "msg_2"},
        standard() | {"webhook-timestamp": f"{NOW + 1:.0f}"},
        standard() | {"webhook-signature": "v1,é v2,x"},
    ],
)
def test_a_delivery_that_isn_t_signed_is_refused(headers: dict[str, str]) -> None:
    assert deliveries().receive(headers, BODY) is Received.UNSIGNED


def test_a_repeated_body_is_refused_whatever_name_it_is_given() -> None:
    taken = deliveries()
    headers = {"x-hub-signature-256": f"sha256={hexadecimal()}", "x-github-delivery": "1"}
    assert taken.receive(headers, BODY) is Received.TAKEN
    assert taken.receive(headers | {"x-github-delivery": "2"}, BODY) is Received.REPEATED


@pytest.mark.parametrize("when", [NOW - SKEW - 1, NOW + SKEW + 1, 0])
def test_a_delivery_whose_time_is_signed_may_not_be_old(when: float) -> None:
    assert deliveries().receive(standard(when=when), BODY) is Received.STALE


@pytest.mark.parametrize("moment", ["", "soon", "-1", "١٢"])
def test_an_odd_time_is_none(moment: str) -> None:
    signed = hmac.new(SECRET.encode(), f"a.{moment}.".encode() + BODY, hashlib.sha256).digest()
    headers = {"webhook-id": "a", "webhook-timestamp": moment, "webhook-signature": "v1," + b64encode(signed).decode()}
    assert deliveries().receive(headers, BODY) is Received.STALE


def test_a_key_may_be_written_as_standard_webhooks_write_it_and_several_signatures_told() -> None:
    key = bytes(range(24))
    taken = deliveries("whsec_" + b64encode(key).decode())
    headers = standard(key=key)
    assert (
        taken.receive(headers | {"webhook-signature": "v1,AAAA " + headers["webhook-signature"]}, BODY)
        is Received.TAKEN
    )


def test_what_is_remembered_is_bounded() -> None:
    taken = deliveries()
    for number in range(REMEMBERED + 10):
        body = str(number).encode()
        assert taken.receive({"x-gitea-signature": hexadecimal(body)}, body) is Received.TAKEN
    assert len(taken._seen) == REMEMBERED


@pytest.mark.parametrize(
    ("body", "ref"),
    [
        (b'{"ref":"refs/heads/main","before":"1","commits":[]}', "refs/heads/main"),
        (b'{\n  "ref": "refs/heads/team/main",\n  "before": "1"}', "refs/heads/team/main"),
        (b'{"object_kind":"push","event_name":"push","before":"1","ref":"refs/heads/main"}', "refs/heads/main"),
        (b'{"ref":"refs/tags/v1"}', ""),
        (b'{"ref":"main","ref_type":"branch"}', ""),
        (b'{"action":"opened","title":"\\"ref\\":\\"refs/heads/main\\""}', ""),
        (b'{"ref":"refs/heads/a b"}', ""),
        (b'{"ref":"refs/heads/a\\u0022b"}', ""),
        (b'{"ref":"refs/heads/' + b"a" * 300 + b'"}', ""),
        (b" " * 5000 + b'{"ref":"refs/heads/main"}', ""),
        (b"\xff{", ""),
    ],
)
def test_of_a_body_no_more_is_read_than_the_branch_of_a_push(body: bytes, ref: str) -> None:
    assert pushed_ref(body) == ref
