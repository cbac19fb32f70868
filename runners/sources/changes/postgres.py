"""A table of PostgreSQL that is followed: a snapshot of one moment, and the changes of the transactions after it.

Changes are read by SQL functions, in portions of whole transactions, from a temporary copy of the slot: it goes with
the connection, however that ends. The slot itself is moved only as far as a version reaches that was accepted before.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from runners.contract import InputError
from runners.contract.mistakes import shown
from runners.sources.changes.catalogue import Table, table_of
from runners.sources.changes.change import Change
from runners.sources.changes.connection import connected, replicating, telling
from runners.sources.changes.pgoutput import Commit, Decoder, Relation, Undecodable
from runners.sources.changes.slots import (
    Names,
    Slot,
    advance,
    check_server,
    drop_slot,
    make_slot,
    publish,
    slot_of,
    withdraw,
)
from runners.sources.changes.texts import array_of
from runners.sources.parameters import ChangesSource
from runners.sources.reading import batched

PORTION = 50_000
"""Changes after which a portion ends, at the end of a transaction."""
_AT_ONCE = 1_000
_CHANGES = """
SELECT data FROM pg_logical_slot_get_binary_changes(
    %s, '0/0'::pg_lsn + %s::numeric, %s, 'proto_version', '1', 'publication_names', %s
)
"""
_BOUND = "SELECT (pg_current_wal_flush_lsn() - '0/0')::bigint"


class NoLongerFollowed(Exception):
    """The changes since a version can't be had, or wouldn't tell everything: says why. A snapshot is taken then."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where a version holds changes, by which slot, and of what the table was then."""

    position: int
    slot: str
    fingerprint: str

    def as_json(self) -> dict[str, Any]:
        """Return it as a version keeps it."""
        return {"position": self.position, "slot": self.slot, "fingerprint": self.fingerprint}

    @classmethod
    def from_json(cls, told: Any) -> Self | None:
        """Read what a version keeps; None where it has followed nothing.

        Raises:
            ValueError: it is something else.
        """
        if told is None:
            return None
        if not isinstance(told, Mapping) or not isinstance(told.get("position"), int):
            raise ValueError(f"{shown(told)} is no place in a log of changes")
        return cls(told["position"], str(told.get("slot")), str(told.get("fingerprint")))


@dataclass
class Following:
    """A table that is being followed. `mark` is where what was read ends, once all of it was."""

    source: ChangesSource
    names: Names
    table: Table
    mark: Mark
    slot: Slot
    connection: Any

    def changes(self, since: Mark) -> Iterator[Change]:
        """Yield the changes of the transactions that were committed since a version, in their order.

        Raises:
            NoLongerFollowed: they can't be had, or wouldn't tell everything.
            InputError: the publication leaves columns out.
        """
        self._check(since)
        decoder, bound, end = Decoder(self.table.oid), self.mark.position, since.position
        for found in decoder.decode(self._messages(bound), since.position):
            if isinstance(found, Commit):
                end = max(end, found.end)
            elif isinstance(found, Relation):
                self._check_columns(found)
            else:
                yield found
        self.mark = Mark(max(bound, end), self.names.slot, self.table.fingerprint)

    def _check(self, since: Mark) -> None:
        if since.slot != self.names.slot:
            raise NoLongerFollowed(f"the version before was read by the slot {since.slot}")
        if self.slot.confirmed > since.position:
            raise NoLongerFollowed(f"the slot {self.names.slot} was made, or moved, after the version before")
        if self.mark.position < since.position:
            raise NoLongerFollowed("the server's log is behind the version before: it was restored to an earlier state")
        if since.fingerprint != self.table.fingerprint:
            raise NoLongerFollowed("the table, its partitions or its publication were altered")
        advance(self.connection, self.names.slot, self.slot, since.position)

    def _check_columns(self, relation: Relation) -> None:
        lost = [column.name for column in self.table.columns if column.name not in relation.columns]
        if lost:
            what = f"the publication {self.names.publication} leaves out the column {lost[0]}"
            raise InputError(what, "source.changes.publication", "publish all columns of the table")

    def _messages(self, bound: int) -> Iterator[bytes]:
        """Yield the messages of all transactions that ended before a position, whole ones, in portions."""
        with telling(self.source):
            copy = f"{self.names.slot[:40]}_{self.connection.info.backend_pid}"
            self.connection.execute("SELECT pg_copy_logical_replication_slot(%s, %s, true)", (self.names.slot, copy))
            taken = PORTION
            while taken >= PORTION:
                taken = 0
                for taken, message in enumerate(self._portion(copy, bound), 1):  # noqa: B007, the last one counts
                    yield message
            drop_slot(self.connection, copy)

    def _portion(self, slot: str, bound: int) -> Iterator[bytes]:
        with self.connection.transaction():  # its end closes the cursor, also where the connection is lost
            asked = (slot, bound, PORTION, self.names.publication)
            self.connection.execute(f"DECLARE setpoint NO SCROLL CURSOR FOR {_CHANGES}", asked)
            while rows := self.connection.execute(f"FETCH {_AT_ONCE} FROM setpoint", binary=True).fetchall():
                yield from (bytes(data) for (data,) in rows)

    def snapshot(self) -> Iterator[Any]:
        """Yield all rows of one moment, from which on changes go on, as batches; first one without rows."""
        with telling(self.source), self._at_one_moment():
            yield batch_of(self.table, [])
            with self.connection.cursor().copy(_copying(self.connection, self.table)) as copy:
                for rows in batched(copy.rows()):
                    yield batch_of(self.table, list(zip(*rows, strict=True)))

    @contextmanager
    def _at_one_moment(self) -> Iterator[None]:
        """Let the connection see what was committed before a position, and nothing else; the mark stands there."""
        name = f"{self.names.slot[:40]}_{self.connection.info.backend_pid}"
        with replicating(self.source) as exporting:
            query = f'CREATE_REPLICATION_SLOT "{name}" TEMPORARY LOGICAL pgoutput EXPORT_SNAPSHOT'
            _, position, moment, _ = exporting.execute(query).fetchone()
            self.connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            self.connection.execute(f"SET TRANSACTION SNAPSHOT '{moment}'")
            self.connection.execute("SELECT 1")
        high, low = (int(half, 16) for half in str(position).split("/"))
        self.table = table_of(self.connection, self.source.table, self.names.publication)
        self.mark = Mark(high * 2**32 + low, self.names.slot, self.table.fingerprint)
        yield
        self.connection.execute("COMMIT")


@contextmanager
def following(source: ChangesSource, dataset: str, environment: str, since: Mark | None) -> Iterator[Following]:
    """Begin to follow a table, or go on with it.

    Args:
        source: the table.
        dataset: for which it is followed.
        environment: in which it is.
        since: where the version before ends.

    Raises:
        InputError: it can't be followed, or the slot was lost and the spec says to refuse that.
        NoLongerFollowed: there is a version before, and its slot is gone.
        SourceUnavailable: the database doesn't answer.
    """
    with connected(source) as connection:
        names = Names.of(source, dataset, environment, connection.info.dbname)
        table = table_of(connection, source.table, names.publication)
        if source.follow:
            check_server(connection, source)
            publish(connection, names.publication, table.schema, table.name, is_ours=source.publication is None)
            slot = _slot(connection, source, names, since)
        else:
            withdraw(connection, source, names)
            slot = Slot("", 0, None, "")
        bound = int(connection.execute(_BOUND).fetchone()[0])
        table = table_of(connection, source.table, names.publication)  # as it is no earlier than at the bound
        mark = Mark(bound, names.slot, table.fingerprint)
        try:
            yield Following(source, names, table, mark, slot, connection)
        except Undecodable as error:
            what = f"the changes can't be understood: {error}"
            raise InputError(what, "source.changes", "report this; meanwhile read it by source.sql") from error


def _slot(connection: Any, source: ChangesSource, names: Names, since: Mark | None) -> Slot:
    slot = slot_of(connection, names.slot)
    if slot is not None and not slot.is_lost:
        return slot
    if since is not None:
        what = _lost(names.slot, slot)
        if source.when_lost == "refuse":
            fix = (
                f"say when_lost: snapshot, or run SELECT pg_drop_replication_slot('{names.slot}') and have the dataset "
                "refreshed as a whole; refresh more often, or raise max_slot_wal_keep_size"
            )
            raise InputError(what, "source.changes.when_lost", fix)
        raise NoLongerFollowed(what)
    drop_slot(connection, names.slot)
    make_slot(connection, names.slot)
    made = slot_of(connection, names.slot)
    assert made is not None
    return made


def _lost(name: str, slot: Slot | None) -> str:
    if slot is None:
        return f"the slot {name} is gone"
    why = slot.why.replace("_", " ") or "wal removed"
    return f"the server has given the slot {name} up ({why})"


def batch_of(table: Table, columns: list[Any]) -> Any:
    """Make a batch of a table's values as texts, by column."""
    import pyarrow as pa

    told = [([], column) for column in table.columns] if not columns else zip(columns, table.columns, strict=True)
    arrays = [array_of(texts, column.oid, column.type) for texts, column in told]
    return pa.RecordBatch.from_arrays(arrays, names=[column.name for column in table.columns])


def _copying(connection: Any, table: Table) -> str:
    from psycopg import sql

    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    words = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT")
    return words.format(names, sql.Identifier(table.schema, table.name)).as_string(connection)
