"""What PostgreSQL's catalogue says of a table: its columns, what names a row, and whether all of its changes are told.

Its `fingerprint` is another one as soon as something was done to the table or the publication that no change tells:
columns that were altered, partitions that came, went or were emptied, a publication without the table for a while.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from runners.contract import InputError
from runners.sources.changes.texts import type_of
from runners.tables.types import Type

_TABLE = """
SELECT c.oid::bigint, c.relkind::text, c.relpersistence::text, c.relreplident::text, c.relhassubclass
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = %s
"""
_COLUMNS = """
SELECT attname::text, atttypid::bigint, atttypmod, attnum, xmin::text
FROM pg_attribute WHERE attrelid = %s::oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
_KEY = """
SELECT a.attname::text FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
WHERE i.indrelid = %s::oid AND i.indisvalid AND k.place <= i.indnkeyatts
AND CASE WHEN %s = 'i' THEN i.indisreplident ELSE i.indisprimary END ORDER BY k.place
"""
_LEAVES = """
SELECT t.relid::oid::bigint, pg_relation_filenode(t.relid)::bigint, i.xmin::text, c.relreplident::text
FROM pg_partition_tree(%s::oid::regclass) t JOIN pg_class c ON c.oid = t.relid
LEFT JOIN pg_inherits i ON i.inhrelid = t.relid ORDER BY 1
"""
_SYSTEM = """
SELECT system_identifier::text, left(pg_walfile_name(pg_current_wal_lsn()), 8), current_setting('server_encoding')
FROM pg_control_system()
"""
_WHERE = "source.changes.table"


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column, and how it is stored if nobody says otherwise."""

    name: str
    oid: int
    type: Type


@dataclass(frozen=True)
class Table:
    """A table whose changes can be followed."""

    schema: str
    name: str
    oid: int
    columns: tuple[TableColumn, ...]
    key: tuple[str, ...]
    marks: tuple[Any, ...]
    system: tuple[str, ...]

    @cached_property
    def fingerprint(self) -> str:
        """Return a digest of all that must stay as it is for changes to tell everything."""
        told = [self.oid, self.marks, self.system, self.key]
        return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()


def table_of(connection: Any, named: str, publication: str) -> Table:
    """Look a table up.

    Args:
        connection: to the database.
        named: `schema.table`, or a table of the schema `public`.
        publication: what publishes its changes.

    Raises:
        InputError: there is no such table, it can't be followed, or nothing would tell which row is deleted.
    """
    schema, name = _parted(named)
    found = connection.execute(_TABLE, (schema, name)).fetchone()
    if found is None:
        raise InputError(
            f"there is no table {schema}.{name}", _WHERE, "correct the name; it is written as schema.table"
        )
    oid, kind, persistence, identity, has_children = found
    _check_kind(f"{schema}.{name}", kind, persistence, has_children=has_children)
    columns = connection.execute(_COLUMNS, (oid,)).fetchall()
    key = tuple(row[0] for row in connection.execute(_KEY, (oid, identity)).fetchall())
    leaves = connection.execute(_LEAVES, (oid,)).fetchall() if kind == "p" else []
    if identity == "n" or not key or any(leaf[3] == "n" for leaf in leaves):
        raise _nameless(f"{_quoted(schema)}.{_quoted(name)}")
    told = tuple(TableColumn(row[0], row[1], type_of(row[1], row[2], is_key=row[0] in key)) for row in columns)
    system = connection.execute(_SYSTEM).fetchone()
    if system[2] == "SQL_ASCII":
        fix = "read the table by source.sql, or move it to a database that knows how its texts are encoded"
        raise InputError("the database doesn't say how its texts are encoded (SQL_ASCII)", _WHERE, fix)
    marks = (columns, leaves, identity, *_published(connection, publication, schema, name))
    return Table(schema, name, oid, told, key, marks, tuple(system))


def _parted(named: str) -> tuple[str, str]:
    schema, point, name = named.partition(".")
    return (schema, name) if point else ("public", named)


def _check_kind(named: str, kind: str, persistence: str, *, has_children: bool) -> None:
    fix = "read it by source.sql"
    if kind not in "rp":
        raise InputError(f"{named} is no table: only tables have changes", _WHERE, fix)
    if persistence != "p":
        raise InputError(f"{named} is unlogged or temporary, and has no log of its changes", _WHERE, fix)
    if kind == "r" and has_children:
        raise InputError(f"other tables inherit from {named}, and their changes are of them", _WHERE, fix)


def _nameless(quoted: str) -> InputError:
    """Return the error of a table whose log doesn't say which row was changed or deleted."""
    fix = (
        f"run ALTER TABLE {quoted} ADD PRIMARY KEY (…); where a unique index over columns that are NOT NULL names its "
        f"rows, ALTER TABLE {quoted} REPLICA IDENTITY USING INDEX …; where it has a primary key and tells NOTHING, "
        f"ALTER TABLE {quoted} REPLICA IDENTITY DEFAULT, and the same for each partition"
    )
    return InputError(f"{quoted} has no replica identity by which a row is named", _WHERE, fix)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _published(connection: Any, publication: str, schema: str, name: str) -> list[Any]:
    """Return what marks how a table is published: other numbers, once that was altered."""
    query = """
    SELECT p.xmin::text, p.oid::bigint, (
        SELECT array_agg(r.xmin::text ORDER BY r.oid) FROM pg_publication_rel r WHERE r.prpubid = p.oid
    ), (
        SELECT to_jsonb(t) FROM pg_publication_tables t
        WHERE t.pubname = p.pubname AND t.schemaname = %s AND t.tablename = %s
    ) FROM pg_publication p WHERE p.pubname = %s
    """
    return list(connection.execute(query, (schema, name, publication)).fetchone() or ())
