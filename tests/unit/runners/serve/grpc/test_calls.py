"""From requests of HTTP/2 to messages and back, and what can't even be asked."""

import gzip
import zlib
from urllib.parse import unquote_to_bytes

import pytest

from runners.serve.grpc.calls import MOST_AT_ONCE, Calls, answer_of
from runners.serve.grpc.outcomes import Outcome, Status
from runners.serve.grpc.service import Head, Method, Reply
from runners.serve.http2.hpack import Decoder
from runners.serve.http2.streams import Answer, Request

LIMIT = 1000
HEAD = {b":method": b"POST", b":path": b"/s/Echo", b"content-type": b"application/grpc"}


class Echoing:
    """Answers each message with itself; one that says later when the test does."""

    def __init__(self) -> None:
        self.later: list[Reply] = []

    def method(self, path: bytes) -> Method | None:
        return self._echo if path == b"/s/Echo" else None

    def _echo(self, data: bytes, head: Head, reply: Reply) -> None:
        if data == b"later":
            self.later.append(reply)
        else:
            reply(Outcome(Status.OK, data))


def message(data: bytes, packed: int = 0) -> bytes:
    return bytes((packed,)) + len(data).to_bytes(4, "big") + data


def ask(body: bytes | None, calls: Calls | None = None, **more: bytes) -> tuple[dict[bytes, bytes], bytes]:
    """Return the headers and the body of an answer."""
    told: list[Answer] = []
    head = {**HEAD, **{name.replace("_", "-").encode(): value for name, value in more.items()}}
    (calls or Calls(Echoing(), LIMIT))(Request(head, body), told.append)
    (answer,) = told
    return dict([*Decoder().headers(answer.head), *Decoder().headers(answer.trailers)]), answer.body


def test_a_message_is_answered_with_one() -> None:
    head, body = ask(message(b"abc"))
    assert body == message(b"abc")
    assert (head[b":status"], head[b"content-type"], head[b"grpc-status"]) == (b"200", b"application/grpc", b"0")


@pytest.mark.parametrize("packed", [(b"gzip", gzip.compress), (b"deflate", zlib.compress)])
def test_a_message_may_come_packed(packed: tuple[bytes, object]) -> None:
    name, pack = packed
    assert callable(pack)
    assert ask(message(pack(b"abc" * 100), 1), grpc_encoding=name)[1] == message(b"abc" * 100)
    assert ask(message(b"abc"), grpc_encoding=name)[1] == message(b"abc")


REFUSED = {
    "too large": (None, {}, Status.RESOURCE_EXHAUSTED, "larger than 0.0009"),
    "too large unpacked": (
        message(gzip.compress(bytes(LIMIT + 1)), 1),
        {"grpc_encoding": b"gzip"},
        Status.RESOURCE_EXHAUSTED,
        "send fewer rows",
    ),
    "no message": (b"", {}, Status.INVALID_ARGUMENT, "isn't one message"),
    "half a message": (message(b"abc")[:-1], {}, Status.INVALID_ARGUMENT, "isn't one message"),
    "two messages": (message(b"abc") * 2, {}, Status.INVALID_ARGUMENT, "isn't one message"),
    "packed in no way": (message(b"abc", 1), {}, Status.UNIMPLEMENTED, "not by identity"),
    "packed otherwise": (message(b"abc", 1), {"grpc_encoding": b"br"}, Status.UNIMPLEMENTED, "not by br"),
    "not packed": (message(b"abc", 1), {"grpc_encoding": b"gzip"}, Status.INVALID_ARGUMENT, "can't be unpacked"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_can_t_be_asked_is_said(case: str) -> None:
    body, more, status, words = REFUSED[case]
    head, told = ask(body, **more)
    assert (head[b"grpc-status"], told) == (b"%d" % status, b"")
    assert words in head[b"grpc-message"].decode()


def test_a_method_that_isn_t_there_is_told_so() -> None:
    answers: list[Answer] = []
    Calls(Echoing(), LIMIT)(Request({**HEAD, b":path": b"/s/Other"}, message(b"")), answers.append)
    assert dict(Decoder().headers(answers[0].head))[b"grpc-status"] == b"12"


@pytest.mark.parametrize(
    "more", [{b":method": b"GET"}, {b"content-type": b"application/json"}, {b"content-type": b"application/grpc-web"}]
)
def test_what_isn_t_grpc_is_told_so(more: dict[bytes, bytes]) -> None:
    answers: list[Answer] = []
    Calls(Echoing(), LIMIT)(Request({**HEAD, **more}, message(b"")), answers.append)
    assert dict(Decoder().headers(answers[0].head))[b":status"] == b"415"


@pytest.mark.parametrize("kind", [b"application/grpc+proto", b"application/grpc;x=y"])
def test_other_words_for_it_are_known(kind: bytes) -> None:
    assert ask(message(b"abc"), content_type=kind)[1] == message(b"abc")


def test_more_at_once_than_is_borne_are_refused() -> None:
    service = Echoing()
    calls = Calls(service, LIMIT)
    for _ in range(MOST_AT_ONCE):
        calls(Request(HEAD, message(b"later")), lambda _: None)
    assert ask(message(b"abc"), calls)[0][b"grpc-status"] == b"8"
    service.later[0](Outcome(Status.OK))
    assert ask(message(b"abc"), calls)[1] == message(b"abc")


def test_why_may_have_any_letters() -> None:
    why = 'é 100 % "\n\ud800~'
    head = dict(Decoder().headers(answer_of(Outcome(Status.INTERNAL, why=why)).head))
    assert all(0x20 <= octet < 0x7F for octet in head[b"grpc-message"])
    assert unquote_to_bytes(head[b"grpc-message"]).decode() == 'é 100 % "\n?~'
