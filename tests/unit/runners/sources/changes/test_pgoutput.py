"""The messages of `pgoutput`, made by hand: what a real server sends is in tests/engines."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.sources.changes.change import Change
from runners.sources.changes.pgoutput import Commit, Decoder, Relation, Undecodable

OID = 7


def relation(oid: int = OID) -> bytes:
    columns = b"".join(struct.pack(">B", key) + name + b"\0" + struct.pack(">Ii", 23, -1) for key, name in COLUMNS)
    return b"R" + struct.pack(">I", oid) + b"public\0t\0d" + struct.pack(">H", len(COLUMNS)) + columns


COLUMNS = ((1, b"id"), (0, b"note"))


def row(*cells: str | None) -> bytes:
    written = [
        b"n" if c is None else b"u" if c == "u" else b"t" + struct.pack(">I", len(c.encode())) + c.encode()
        for c in cells
    ]
    return struct.pack(">H", len(cells)) + b"".join(written)


def whole(lsn: int, *messages: bytes) -> list[bytes]:
    return [b"B" + struct.pack(">QQI", lsn, 0, 1), *messages, b"C" + struct.pack(">BQQQ", 0, lsn, lsn + 8, 0)]


def put(oid: int, *parts: bytes) -> bytes:
    return parts[0] + struct.pack(">I", oid) + b"".join(parts[1:])


def found(messages: list[bytes], since: int = 0) -> list[Change | Commit]:
    return [one for one in Decoder(OID).decode(messages, since) if not isinstance(one, Relation)]


def test_a_transaction_is_its_changes_and_its_end() -> None:
    messages = whole(
        100, relation(), put(OID, b"I", b"N", row("1", "ø")), put(OID, b"U", b"N", row("1", "u")),
        put(OID, b"U", b"K", row("1", None), b"N", row("2", "u")), put(OID, b"D", b"O", row("2", "x")),
        b"T" + struct.pack(">IBI", 1, 0, OID), b"O\0", b"M\0",
    )  # fmt: skip
    assert found(messages) == [
        Change("put", {"id": "1", "note": "ø"}),
        Change("put", {"id": "1", "note": None}, None, frozenset({"note"})),
        Change("put", {"id": "2", "note": None}, {"id": "1"}, frozenset({"note"})),
        Change("remove", {"id": "2", "note": "x"}),
        Change("truncate"),
        Commit(100, 108),
    ]


def test_what_is_known_already_and_other_tables_are_passed_over() -> None:
    messages = whole(100, relation(), put(OID, b"I", b"N", row("1", "a")))
    messages += whole(200, relation(8), put(8, b"I", b"N", row("1", "b")), b"T" + struct.pack(">IBI", 1, 0, 8))
    messages += whole(300, put(OID, b"I", b"N", row("3", "c")))
    assert found(messages, since=101)[:1] == [Commit(100, 108)]
    assert found(messages, since=300)[-2:] == [Change("put", {"id": "3", "note": "c"}), Commit(300, 308)]


@pytest.mark.parametrize(
    "message", [b"S\0\0\0\1", b"I\0\0\0", b"", put(OID, b"I", b"N", row("1")), put(OID, b"I", b"x")]
)
def test_what_is_no_message_is_refused(message: bytes) -> None:
    with pytest.raises(Undecodable):
        found(whole(100, relation(), message))


@given(st.sampled_from(list(b"BCRIUDTOYMSE")), st.binary(max_size=40))
def test_whatever_bytes_come_are_changes_or_refused(kind: int, rest: bytes) -> None:
    try:
        found([*whole(1, relation()), bytes([kind]) + rest])
    except Undecodable:
        return
