"""DSSE envelopes: as the protocol has them, and nothing else is taken for one."""

import base64
import json

import pytest

from reconciler.model.errors import Refused
from reconciler.provenance.envelope import LARGEST, TYPE, Envelope, encoded, read_envelope


def document(**parts: object) -> bytes:
    told = {"payload": base64.b64encode(b"{}").decode(), "payloadType": TYPE, "signatures": []}
    return json.dumps({**told, **parts}).encode()


def test_what_is_signed_is_encoded_as_the_protocol_says() -> None:
    assert encoded(b'{"a": "\xc3\xa4"}') == b'DSSEv1 28 application/vnd.in-toto+json 11 {"a": "\xc3\xa4"}'
    assert encoded(b"") == b"DSSEv1 28 application/vnd.in-toto+json 0 "


def test_an_envelope_is_one_line_and_reads_as_it_was_written() -> None:
    envelope = Envelope(b'{"a": 1}', (("SHA256:x", b"-----BEGIN"), ("", b"two")))
    line = envelope.line()
    assert line.count(b"\n") == 1
    assert read_envelope(line) == envelope
    assert json.loads(line)["payloadType"] == "application/vnd.in-toto+json"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "isn't one line of JSON"),
        (b"{}\n{}\n", "isn't one line of JSON"),
        (b"[]", "is no envelope"),
        (document(payloadType="text/plain"), "is no envelope"),
        (document(payload=7), "isn't base64"),
        (document(payload="%%%"), "isn't base64"),
        (document(signatures={}), "no list of up to 10 signatures"),
        (document(signatures=[{}] * 11), "no list of up to 10 signatures"),
        (document(signatures=["x"]), "signatures that are none"),
        (document(signatures=[{"sig": "%"}]), "isn't base64"),
        (b"[" * 100_000, "isn't one line of JSON"),
        (b" " * (LARGEST + 1), "is larger than 4 MiB"),
    ],
)
def test_what_is_no_envelope_is_refused(content: bytes, what: str) -> None:
    with pytest.raises(Refused, match=what):
        read_envelope(content)
