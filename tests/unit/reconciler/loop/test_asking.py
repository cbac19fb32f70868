"""Webhooks are asked by a signed request, beside the pass; what isn't a verdict is none."""

import hashlib
import hmac
import json
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from reconciler.loop.asking import LARGEST, MOST, Asking, signature, verdict_of
from reconciler.model.change import AskWebhook
from reconciler.model.errors import Refused, Transient
from reconciler.model.observed import WebhookAnswer
from reconciler.model.reviews import Verdict
from reconciler.wire import Answer
from tests.unit.reconciler.stage import GO

NOW = datetime(2026, 1, 7, 12, 0, tzinfo=UTC)
Reply = Callable[[BaseHTTPRequestHandler], None]


class Service:
    """What a service was asked, and where it answers."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[tuple[dict[str, str], bytes]] = []


@contextmanager
def service(reply: Reply) -> Iterator[Service]:
    """Let a service answer for a while."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.asked.append(({name.lower(): value for name, value in self.headers.items()}, body))
            with suppress(OSError):
                reply(self)

        def do_GET(self) -> None:
            found.asked.append(({}, b"followed"))

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        found = Service(f"http://127.0.0.1:{server.server_address[1]}/gate?team=risk")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()


def answering(told: Any, status: int = 200, **headers: str) -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(2**30))
    handler.end_headers()
    for _ in range(2**10):
        handler.wfile.write(b" " * 2**20)


def asking(url: str, question: str = "q", timeout: float = 5.0) -> AskWebhook:
    return AskWebhook(
        address=GO,
        name=f"{GO}/aaaaaaaaaaaa",
        question=question,
        url=url,
        secret="${secret:RISK}",
        timeout=timeout,
        data={"environment": "prod", "candidate": {"digest": "sha256:ab"}},
    )


def heard(found: Asking, question: str = "q", patience: float = 20.0) -> WebhookAnswer:
    deadline = time.monotonic() + patience
    while question not in found.answers():
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return found.answers()[question]


def said(reply: Reply, timeout: float = 5.0) -> tuple[Verdict, str]:
    found = Asking(lambda: NOW, lambda _: "key")
    with service(reply) as known:
        found.ask(asking(known.url, timeout=timeout))
        answer = heard(found)
        assert len(known.asked) == 1
    assert answer.asked == NOW
    return answer.verdict, answer.reason


@pytest.mark.parametrize(
    ("word", "verdict"), [("pass", Verdict.SUCCESS), ("fail", Verdict.FAILURE), ("wait", Verdict.PENDING)]
)
def test_a_service_says_pass_fail_or_wait_and_why(word: str, verdict: Verdict) -> None:
    assert said(answering({"verdict": word, "reason": "as ada says"})) == (verdict, "as ada says")
    assert said(answering({"verdict": word})) == (verdict, f"it says {word}")


def test_it_is_told_an_event_that_the_secret_signs() -> None:
    found = Asking(lambda: NOW, lambda name: f"value of {name}")
    with service(answering({"verdict": "pass"})) as known:
        found.ask(asking(known.url))
        heard(found)
        ((headers, body),) = known.asked
    event = json.loads(body)
    assert headers["content-type"] == "application/cloudevents+json"
    assert (event["specversion"], event["source"], event["subject"]) == ("1.0", "setpoint/prod", GO)
    assert event["data"]["candidate"] == {"digest": "sha256:ab"}
    assert b"value of" not in body
    message = f"q.{int(NOW.timestamp())}.".encode() + body
    wanted = b64encode(hmac.new(b"value of ${secret:RISK}", message, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("q", str(int(NOW.timestamp())))


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (answering(b"", 302, Location="/elsewhere"), "it redirects, which isn't followed"),
        (answering(b"", 307, Location="https://example.com/"), "it redirects, which isn't followed"),
        (answering({"verdict": "pass"}, 500), "it answered with status 500"),
        (answering({"verdict": "pass"}, 429, Retry_After="1"), "it answered with status 429"),
        (answering({"verdict": "pass"}, 401), "it answered with status 401"),
        (answering(b"<html>pass</html>"), "its answer isn't JSON"),
        (answering(b"\xff\xfe"), "its answer isn't JSON"),
        (answering(b"[" * 60_000), "its answer isn't JSON"),
        (answering(["pass"]), "its answer has no `verdict`"),
        (answering({"verdict": "PASS"}), "its answer has no `verdict`"),
        (answering({"verdict": True}), "its answer has no `verdict`"),
        (answering({"verdict": ["pass"]}), "its answer has no `verdict`"),
        (answering({"reason": "pass"}), "its answer has no `verdict`"),
        (answering({"verdict": "pass", "reason": "x" * LARGEST}), "has no end"),
        (endless, "has no end"),
        (lambda handler: handler.wfile.write(b"pass"), "broke off its answer"),
        (lambda handler: handler.connection.close(), "broke off its answer"),
    ],
)
def test_anything_else_is_no_verdict_and_says_why(reply: Reply, why: str) -> None:
    verdict, reason = said(reply)
    assert verdict is Verdict.PENDING
    assert why in reason


def test_one_that_hangs_is_given_up_and_nobody_waits_for_it_meanwhile() -> None:
    released = threading.Event()

    def hanging(_: BaseHTTPRequestHandler) -> None:
        released.wait(20)

    found = Asking(lambda: NOW, lambda _: "key")
    with service(hanging) as known:
        began = time.monotonic()
        found.ask(asking(known.url, timeout=1.0))
        assert time.monotonic() - began < 0.5
        assert found.answers() == {}
        answer = heard(found)
        released.set()
    assert (answer.verdict, "didn't answer in time" in answer.reason) == (Verdict.PENDING, True)


def test_nobody_there_is_no_verdict() -> None:
    found = Asking(lambda: NOW, lambda _: "key")
    found.ask(asking("http://127.0.0.1:1/", timeout=1.0))
    assert (heard(found).verdict, "can't be reached" in heard(found).reason) == (Verdict.PENDING, True)


def test_what_a_terminal_would_obey_in_a_reason_is_shown_and_a_long_one_is_cut() -> None:
    _, reason = said(answering({"verdict": "fail", "reason": "\x1b[31mno\n# head" + "x" * 1000}))
    assert reason.startswith("\\x1b[31mno\\n# head")
    assert len(reason) < 250


def test_what_is_under_way_is_not_asked_again_and_so_many_are_at_once() -> None:
    released = threading.Event()

    def slow(handler: BaseHTTPRequestHandler) -> None:
        released.wait(20)
        answering({"verdict": "pass"})(handler)

    found = Asking(lambda: NOW, lambda _: "key")
    with service(slow) as known:
        for number in range(MOST):
            found.ask(asking(known.url, f"q{number}"))
        found.ask(asking(known.url, "q0"))
        with pytest.raises(Transient, match="no more are at once"):
            found.ask(asking(known.url, "another"))
        released.set()
        assert all(heard(found, f"q{number}").verdict is Verdict.SUCCESS for number in range(MOST))
        assert len(known.asked) == MOST
        found.ask(asking(known.url, "another"))
        heard(found, "another")


def test_a_secret_that_is_not_set_is_told() -> None:
    with pytest.raises(Refused, match="the secret RISK is not set"):
        Asking(lambda: NOW).ask(asking("http://127.0.0.1:1/"))


def test_a_secret_of_standard_webhooks_is_read_as_they_are() -> None:
    whole = b64encode(b"0123456789").decode()
    assert signature(f"whsec_{whole}", "q", 1, b"") == signature("0123456789", "q", 1, b"")
    assert signature("whsec_é", "q", 1, b"") != signature(f"whsec_{whole}", "q", 1, b"")


def test_an_answer_of_no_content_is_none() -> None:
    assert verdict_of(Answer(204, b""))[0] is Verdict.PENDING
