"""Mails, to a server that others wrote: encrypted, with a password, refused, and gone."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default as policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from reconciler.loop.delivery import deliver
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.notifications import CauseKind, Event, Route, Severity
from reconciler.notices.bodies import Sender
from reconciler.notices.causes import Cause
from reconciler.notices.ledger import Message, Notice
from reconciler.ports.forge import CauseNote
from tests.servers.kubernetes.certificates import Authority
from tests.servers.ports import LOOPBACK, free_port

NOW = datetime(2026, 1, 7, 12, 0, tzinfo=UTC)
SENDER = Sender("dev", "/srv/models")


class Postbox:
    """What a server has taken; it answers a mail with `reply`."""

    def __init__(self) -> None:
        self.got: list[Envelope] = []
        self.reply = "250 OK"

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:
        if self.reply.startswith("2"):
            self.got.append(envelope)
        return self.reply

    async def handle_RCPT(
        self, _server: object, _session: object, envelope: Envelope, address: str, _options: object
    ) -> str:
        if address.startswith("nobody"):
            return "550 there is no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@contextmanager
def serving(postbox: Postbox, **more: Any) -> Iterator[str]:
    controller = Controller(postbox, hostname=LOOPBACK, port=free_port(), **more)
    controller.start()
    try:
        yield f"localhost:{controller.port}"
    finally:
        controller.stop()


def route(server: str, **more: Any) -> Route:
    told = {"server": server, "sender": "setpoint@example.com", "to": ["ada@example.com"], "tls": "never", **more}
    return Route.model_validate({"name": "mail", "mail": told})


def send(to: Route, password: str = "") -> None:
    cause = Cause(CauseKind.STALLED, "datasets/loans", Severity.WARNING, "JobFailed", "its job failed: ä ≠ a")
    message = Message("mail", NOW, (Notice("0123456789ab", Event.BEGAN, cause, NOW),))
    deliver(message, to, SENDER, lambda _: password)


class Board:
    """A forge that people are told on."""

    def __init__(self) -> None:
        self.posted: list[CauseNote] = []

    def post(self, note: CauseNote) -> None:
        self.posted.append(note)


def test_a_forge_gets_a_note_for_each_cause_and_plain_git_none() -> None:
    to = Route.model_validate({"name": "forge", "forge": {}})
    cause = Cause(CauseKind.STALLED, "datasets/loans", Severity.WARNING, "JobFailed", "its job failed")
    message = Message("forge", NOW, tuple(Notice(name, Event.BEGAN, cause, NOW) for name in ("a", "b")))
    board = Board()
    deliver(message, to, SENDER, lambda _: "", board)
    assert [note.name for note in board.posted] == ["a", "b"]
    with pytest.raises(Refused, match="plain Git, which has no issues"):
        deliver(message, to, SENDER, lambda _: "", object())


def test_a_mail_arrives_as_it_was_written() -> None:
    postbox = Postbox()
    with serving(postbox) as server:
        send(route(server, to=["ada@example.com", "bob@example.com"]))
    (envelope,) = postbox.got
    assert envelope.rcpt_tos == ["ada@example.com", "bob@example.com"]
    read = message_from_bytes(envelope.content, policy=policy)  # type: ignore[arg-type]
    assert read["Subject"] == "[dev] datasets/loans is stalled"
    assert "its job failed: ä ≠ a" in read.get_content()


def test_one_of_those_it_is_for_who_is_not_known_keeps_no_other_from_getting_it() -> None:
    postbox = Postbox()
    with serving(postbox) as server:
        send(route(server, to=["nobody@example.com", "ada@example.com"]))
        assert [one.rcpt_tos for one in postbox.got] == [["ada@example.com"]]
        with pytest.raises(Refused, match="is known there"):
            send(route(server, to=["nobody@example.com"]))


@pytest.mark.parametrize(("reply", "error"), [("451 try later", Unavailable), ("554 no such thing here", Refused)])
def test_what_a_server_refuses_for_now_is_tried_again_and_for_good_is_not(reply: str, error: type[Exception]) -> None:
    postbox = Postbox()
    postbox.reply = reply
    with serving(postbox) as server, pytest.raises(error, match=reply[:3]):
        send(route(server))


def test_a_server_that_is_gone_or_speaks_otherwise_may_be_there_later() -> None:
    with pytest.raises(Unavailable, match="takes no mail"):
        send(route(f"localhost:{free_port()}"))
    with serving(Postbox()) as server, pytest.raises(Unavailable, match="takes no mail"):
        send(route(server, tls="starttls"))


@pytest.fixture
def encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Postbox]]:
    authority = Authority(tmp_path, "tests.example.com")
    pair = authority.vouch("server", ["localhost", LOOPBACK])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.files.certificate))
    postbox = Postbox()

    def known(_server: object, _session: object, _envelope: object, mechanism: str, told: Any) -> AuthResult:
        is_known = mechanism in ("LOGIN", "PLAIN") and (told.login, told.password) == (b"setpoint", b"abcd1234")
        return AuthResult(success=is_known, handled=is_known)

    with serving(postbox, tls_context=context, authenticator=known, auth_required=True) as server:
        yield server, postbox


def test_a_password_goes_over_an_encrypted_connection(encrypted: tuple[str, Postbox]) -> None:
    server, postbox = encrypted
    to = route(server, tls="starttls", user="setpoint", password="${secret:MAIL}")
    send(to, "abcd1234")
    assert len(postbox.got) == 1
    with pytest.raises(Unavailable, match="535"):
        send(to, "another")


def test_a_server_whose_certificate_is_not_trusted_gets_nothing(
    encrypted: tuple[str, Postbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, postbox = encrypted
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(Unavailable, match="certificate"):
        send(route(server, tls="starttls", user="setpoint", password="${secret:MAIL}"), "abcd1234")
    assert postbox.got == []
