"""What changes are read by: a publication, which says what is told, and a slot, for which the server keeps its log.

A slot that nobody reads fills its server's disk. So none is made where the server itself bounds it by nothing: the hand
that surely works is the server's, whether a daemon, its repository or its network are there or not.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from runners.contract import InputError
from runners.sources.parameters import ChangesSource

_LONGEST = 63
_PLUGIN = "pgoutput"
NEAR = 0.25
"""The share of the server's bound: a slot of which less than that is left may be lost before the next refresh."""
_MEGABYTE = 2**20
_STATE = """
SELECT plugin::text, database::text, wal_status::text, (confirmed_flush_lsn - '0/0')::bigint, safe_wal_size,
       (SELECT setting::bigint FROM pg_settings WHERE name = 'max_slot_wal_keep_size'),
       to_jsonb(s) ->> 'invalidation_reason'
FROM pg_replication_slots s WHERE slot_name = %s
"""
_PUBLICATION = """
SELECT pubinsert AND pubupdate AND pubdelete AND pubtruncate,
       (SELECT to_jsonb(t) FROM pg_publication_tables t
        WHERE t.pubname = p.pubname AND t.schemaname = %s AND t.tablename = %s)
FROM pg_publication p WHERE pubname = %s
"""
_BOUNDS = """
SELECT name, setting FROM pg_settings
WHERE name IN ('wal_level', 'max_slot_wal_keep_size', 'idle_replication_slot_timeout')
"""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of what is made in the source for one dataset of one environment."""

    slot: str
    publication: str

    @classmethod
    def of(cls, source: ChangesSource, dataset: str, environment: str, database: str) -> "Names":
        """Return the names that a source gives, or those that tell whose they are.

        Args:
            source: the source.
            dataset: `datasets/loans`.
            environment: in which it is made: each reads at its own pace.
            database: in which the table is: a slot's name is the server's, whatever its database.
        """
        whose = hashlib.sha256(f"{environment}\n{dataset}\n{source.table}\n{database}".encode()).hexdigest()[:8]
        plain = re.sub(r"[^a-z0-9]+", "_", dataset.rpartition("/")[2].lower()).strip("_")[:40]
        name = f"setpoint_{plain}_{whose}"
        return cls(source.slot or name, source.publication or name)


@dataclass(frozen=True, slots=True)
class Slot:
    """How a slot stands: up to where changes were taken for good, and what is `left` of its `bound`, in bytes."""

    status: str
    confirmed: int
    left: int | None
    why: str
    bound: int | None = None

    @property
    def is_lost(self) -> bool:
        """Tell whether the server has thrown away what it would need."""
        return self.status == "lost" or bool(self.why)

    @property
    def is_near_its_end(self) -> bool:
        """Tell whether the server may give it up before it is read again, or at its next checkpoint."""
        is_short = self.left is not None and self.bound is not None and self.left < NEAR * self.bound
        return self.status == "unreserved" or is_short

    def as_json(self) -> dict[str, Any]:
        """Return what a result tells of it."""
        told = {"slot_status": self.status, "slot_left": self.left, "slot_bound": self.bound}
        known = {name: value for name, value in told.items() if value is not None}
        return known | ({"slot_is_near_its_end": True} if self.is_near_its_end else {})


def check_server(connection: Any, source: ChangesSource) -> None:
    """See that the server keeps a log of changes, and bounds what it keeps.

    Raises:
        InputError: it doesn't.
    """
    found = dict(connection.execute(_BOUNDS).fetchall())
    if found["wal_level"] != "logical":
        fix = "run ALTER SYSTEM SET wal_level = 'logical', and restart the server; hosted ones have a parameter for it"
        raise InputError(f"the server's wal_level is {found['wal_level']}, which tells no changes", source.url, fix)
    is_bounded = found["max_slot_wal_keep_size"] != "-1" or found.get("idle_replication_slot_timeout", "0") != "0"
    if not is_bounded and not source.unbounded:
        what = "nothing bounds the log that the server keeps for a slot: it would fill its disk while nobody reads"
        fix = (
            "run ALTER SYSTEM SET max_slot_wal_keep_size = '10GB', or what a few missed refreshes write, and "
            "SELECT pg_reload_conf(); or say unbounded: true, and watch the disk"
        )
        raise InputError(what, "source.changes.unbounded", fix)


def slot_of(connection: Any, name: str) -> Slot | None:
    """Return how a slot stands; None where there is none.

    Raises:
        InputError: it is somebody else's.
    """
    found = connection.execute(_STATE, (name,)).fetchone()
    if found is None:
        return None
    plugin, database, status, confirmed, left, bound, why = found
    if plugin != _PLUGIN or database != connection.info.dbname:
        what = f"the slot {name} is of {plugin or 'a standby'}, in {database or 'no database'}: it isn't ours"
        raise InputError(what, "source.changes.slot", "name another slot")
    return Slot(status or "lost", confirmed or 0, left, why or "", bound * _MEGABYTE if bound > 0 else None)


def make_slot(connection: Any, name: str) -> None:
    """Make a slot: from now on the server keeps its log for it."""
    connection.execute("SELECT pg_create_logical_replication_slot(%s, %s)", (name, _PLUGIN))


def drop_slot(connection: Any, name: str) -> None:
    """Drop a slot, if it is there."""
    query = "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s"
    connection.execute(query, (name,))


def withdraw(connection: Any, source: ChangesSource, names: Names) -> None:
    """Take away what was made in a source in order to follow it; a publication that the spec names is somebody's."""
    from psycopg import sql

    slot_of(connection, names.slot)  # which refuses somebody else's
    drop_slot(connection, names.slot)
    if source.publication is None:
        connection.execute(sql.SQL("DROP PUBLICATION IF EXISTS {}").format(sql.Identifier(names.publication)))


def advance(connection: Any, name: str, slot: Slot, position: int) -> None:
    """Let the server forget what stands before a position, as a version that was accepted holds it."""
    if slot.confirmed < position:
        connection.execute("SELECT pg_replication_slot_advance(%s, '0/0'::pg_lsn + %s::numeric)", (name, position))


def publish(connection: Any, name: str, schema: str, table: str, *, is_ours: bool) -> None:
    """See that a publication tells all changes of a table; make it where there is none.

    Args:
        connection: to the database.
        name: the publication's.
        schema: the table's.
        table: its name.
        is_ours: it is made by nobody else; so it is made anew where it lacks something, as when the table was.

    Raises:
        InputError: it leaves some out, or may not be made.
    """
    from psycopg import errors, sql

    words = sql.SQL(
        "CREATE PUBLICATION {} FOR TABLE {} WITH "
        "(publish = 'insert, update, delete, truncate', publish_via_partition_root = true)"
    ).format(sql.Identifier(name), sql.Identifier(schema, table))
    found = connection.execute(_PUBLICATION, (schema, table, name)).fetchone()
    lack = _lack(*found) if found else "isn't there"
    try:
        if lack and (is_ours or not found):
            connection.execute(sql.SQL("DROP PUBLICATION IF EXISTS {}").format(sql.Identifier(name)))
            connection.execute(words)
            return
    except errors.InsufficientPrivilege as error:
        fix = f"have its owner run {words.as_string(connection)}, and name it: publication: {name}"
        what = f"the user may not publish {schema}.{table}: {str(error).splitlines()[0]}"
        raise InputError(what, "source.changes.publication", fix) from error
    if lack:
        fix = f"have its owner drop it, and run {words.as_string(connection)}"
        raise InputError(f"the publication {name} {lack}", "source.changes.publication", fix)


def _lack(tells_all: bool, told: dict[str, Any] | None) -> str:
    if not tells_all:
        return "doesn't publish inserts, updates, deletes and truncates"
    if told is None:
        return "doesn't have the table, or has its partitions one by one"
    return "publishes some rows only" if told.get("rowfilter") else ""
