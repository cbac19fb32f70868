"""PostgreSQL's own encoding of changes, `pgoutput`, version 1 of the protocol: from bytes to changes.

See https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html. Values are texts, as the type's
output function writes them under the settings of the session that decodes.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from runners.contract.mistakes import shown
from runners.sources.changes.change import Change

Cell = str | None
_LSN = struct.Struct(">Q")
_COMMIT = struct.Struct(">xQQ")
_OID = struct.Struct(">I")
_COUNT = struct.Struct(">H")
_PASSED = frozenset("OYM")
"""Origins, types and messages that programs write: nothing of a row."""


class Undecodable(ValueError):
    """Bytes are no message of the protocol's version 1."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A table as the changes after this message have it: its columns, and those of its replica identity."""

    oid: int
    schema: str
    name: str
    columns: tuple[str, ...]
    key: frozenset[str]
    types: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Commit:
    """The end of a transaction: `lsn` is where its commit stands in the log, `end` what comes next."""

    lsn: int
    end: int


class Decoder:
    """Messages of one stream: tables are told once, and referred to by number afterwards."""

    def __init__(self, oid: int) -> None:
        """Decode the changes of one table, and pass over those of others."""
        self._oid = oid
        self.relation: Relation | None = None

    def decode(self, messages: Iterable[bytes], since: int) -> Iterator[Change | Relation | Commit]:
        """Yield the changes of the transactions that are committed at a position or after it, and each's commit.

        Args:
            messages: whole transactions, one after the other.
            since: the position.

        Raises:
            Undecodable: one is no message.
        """
        is_known = False
        for message in messages:
            try:
                kind = chr(message[0])
                if kind == "B":
                    is_known = _LSN.unpack_from(message, 1)[0] < since
                elif kind == "C":
                    yield Commit(*_COMMIT.unpack_from(message, 1))
                elif kind == "R":
                    yield from self._related(_Text(message))
                elif kind not in _PASSED and not is_known:
                    yield from self._changed(kind, _Text(message))
            except (struct.error, IndexError, UnicodeDecodeError) as error:
                raise Undecodable(f"message {shown(message[:1])} of {len(message)} bytes: {error}") from error

    def _related(self, text: "_Text") -> Iterator[Relation]:
        oid, schema, name = text.oid(), text.word(), text.word()
        text.skip(1)  # the replica identity's setting: the columns tell what it comes to
        columns = [(text.byte(), text.word(), text.oid(), text.oid()) for _ in range(text.count())]
        if oid != self._oid:
            return
        key = frozenset(column for flags, column, _, _ in columns if flags & 1)
        names, types = tuple(column[1] for column in columns), tuple(column[2] for column in columns)
        self.relation = Relation(oid, schema, name, names, key, types)
        yield self.relation

    def _changed(self, kind: str, text: "_Text") -> Iterator[Change]:
        if kind == "T":
            count, _ = text.oid(), text.byte()
            if self._oid in [text.oid() for _ in range(count)]:
                yield Change("truncate")
            return
        if kind not in "IUD":
            raise Undecodable(f"a message of the kind {shown(kind)}")
        if text.oid() != self._oid:
            return
        if self.relation is None:
            raise Undecodable("a row comes before its table")
        yield self._row(kind, text, self.relation)

    def _row(self, kind: str, text: "_Text", relation: Relation) -> Change:
        mark, before = chr(text.byte()), None
        if mark in "KO":
            found, _ = text.cells(relation.columns)
            before = {name: found[name] for name in relation.key} if mark == "K" else found
            if kind == "D":
                return Change("remove", before)
            mark = chr(text.byte())
        if mark != "N" or kind == "D":
            raise Undecodable(f"a row that is marked as {shown(mark)}")
        row, unchanged = text.cells(relation.columns)
        return Change("put", row, before, unchanged)


class _Text:
    """A message, read from its second byte on."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 1

    def byte(self) -> int:
        self._place += 1
        return self._data[self._place - 1]

    def skip(self, count: int) -> None:
        self._place += count

    def count(self) -> int:
        return self._unpacked(_COUNT)

    def oid(self) -> int:
        return self._unpacked(_OID)

    def _unpacked(self, form: struct.Struct) -> int:
        (found,) = form.unpack_from(self._data, self._place)
        self._place += form.size
        return int(found)

    def word(self) -> str:
        end = self._data.find(b"\0", self._place)
        if end < 0:
            raise Undecodable("a name without an end")
        found, self._place = self._data[self._place : end].decode(), end + 1
        return found

    def cells(self, columns: tuple[str, ...]) -> tuple[dict[str, Cell], frozenset[str]]:
        """Return the values of a row by column, and the columns that it leaves out as unchanged."""
        if self.count() != len(columns):
            raise Undecodable("a row has another number of columns than its table")
        found: dict[str, Cell] = {}
        unchanged = []
        for name in columns:
            kind = self.byte()
            found[name] = None
            if kind == 0x75:
                unchanged.append(name)
            elif kind == 0x74:
                found[name] = self._text(self.oid())
            elif kind != 0x6E:
                raise Undecodable(f"a value of the kind {shown(chr(kind))}")
        return found, frozenset(unchanged)

    def _text(self, size: int) -> str:
        end = self._place + size
        if end > len(self._data):
            raise Undecodable("a value is longer than its message")
        found, self._place = self._data[self._place : end].decode(), end
        return found
