"""From requests of HTTP/2 to messages, and from outcomes to answers (gRPC's PROTOCOL-HTTP2).

One message is asked and one answered. Answers are sent as they are; requests are taken packed, too.
"""

from typing import Protocol
from urllib.parse import quote

from runners.serve.bodies import is_known, unpacked
from runners.serve.grpc.outcomes import MOST_SAID, Outcome, Status
from runners.serve.grpc.service import Head, Method, Reply
from runners.serve.http2.hpack import written
from runners.serve.http2.streams import Answer, Request
from runners.serve.http2.streams import Reply as Http2Reply

PREFIX = 5
"""Bytes before a message: whether it is packed, and its length."""
MOST_AT_ONCE = 2048
"""Requests that are answered at once; more are told RESOURCE_EXHAUSTED."""
_TYPES = (b"application/grpc", b"application/grpc+proto")
_ENCODING = b"grpc-encoding"
_START = written(
    [(b":status", b"200"), (b"content-type", _TYPES[0]), (b"grpc-accept-encoding", b"identity,deflate,gzip")]
)
_DONE = written([(b"grpc-status", b"0")])
_NO_GRPC = written([(b":status", b"415"), (b"content-length", b"0")])
_AS_IT_IS = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) != "%")


class Methods(Protocol):
    """What answers."""

    def method(self, path: bytes) -> Method | None:
        """Return what answers a path."""


class _Refused(Exception):
    """A call that can't even be asked."""

    def __init__(self, status: Status, why: str) -> None:
        super().__init__(why)
        self.outcome = Outcome(status, why=why[:MOST_SAID])


class Calls:
    """The calls of all connections.

    Args:
        service: what answers.
        limit: bytes of the largest message, as it came and as it is unpacked.
    """

    def __init__(self, service: Methods, limit: int) -> None:
        self._service, self._limit = service, limit
        self._under_way = 0

    def __call__(self, request: Request, reply: Http2Reply) -> None:
        """Answer one request, at once or later."""
        head, body = request
        if head[b":method"] != b"POST" or head.get(b"content-type", b"").partition(b";")[0] not in _TYPES:
            reply(Answer(_NO_GRPC))
            return
        try:
            method, message = self._asked(head, body)
        except _Refused as error:
            reply(answer_of(error.outcome))
            return
        self._under_way += 1
        method(message, head, self._ending(reply))

    def _ending(self, reply: Http2Reply) -> Reply:
        def end(outcome: Outcome) -> None:
            self._under_way -= 1
            reply(answer_of(outcome))

        return end

    def _asked(self, head: Head, body: bytes | bytearray | None) -> "tuple[Method, bytes]":
        method = self._service.method(head[b":path"])
        if method is None:
            raise _Refused(Status.UNIMPLEMENTED, "there is no such method: see inference.GRPCInferenceService")
        if self._under_way >= MOST_AT_ONCE:
            raise _Refused(Status.RESOURCE_EXHAUSTED, f"{MOST_AT_ONCE} requests are answered at once: ask again")
        if body is None or len(body) > self._limit + PREFIX:
            raise self._too_large()
        if len(body) < PREFIX or int.from_bytes(body[1:PREFIX], "big") != len(body) - PREFIX or body[0] > 1:
            raise _Refused(Status.INVALID_ARGUMENT, "the request isn't one message with its length before it")
        message = bytes(body[PREFIX:])
        return method, self._unpacked(message, head) if body[0] else message

    def _unpacked(self, message: bytes, head: Head) -> bytes:
        encoding = head.get(_ENCODING, b"identity")
        if not is_known(encoding):
            told = encoding.decode("latin-1")[:40]
            raise _Refused(Status.UNIMPLEMENTED, f"send messages uncompressed, or by gzip or deflate, not by {told}")
        try:
            found = unpacked(message, encoding, self._limit)
        except ValueError as error:
            why = f"the message can't be unpacked as grpc-encoding says: {error}"
            raise _Refused(Status.INVALID_ARGUMENT, why) from None
        if found is None:
            raise self._too_large()
        return found

    def _too_large(self) -> _Refused:
        why = f"the request is larger than {self._limit / 2**20:g} MiB: send fewer rows in each request"
        return _Refused(Status.RESOURCE_EXHAUSTED, why)


def answer_of(outcome: Outcome) -> Answer:
    """Return how a call ends as an answer of HTTP/2."""
    status, message, why = outcome
    if status is Status.OK:
        return Answer(_START, b"\x00" + len(message).to_bytes(4, "big") + message, _DONE)
    said = quote(why.encode("utf-8", "replace"), safe=_AS_IT_IS).encode()
    return Answer(_START + written([(b"grpc-status", b"%d" % status), (b"grpc-message", said)]))
