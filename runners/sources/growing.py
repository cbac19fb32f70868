"""Growing tables of a database: only what is newer than a watermark is read, and what may still change.

The database itself says of every row whether the next reading will bring it again, by the very comparison that the next
reading makes. So nothing is read twice that is kept, and nothing is missed between two readings.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from runners.contract import InputError
from runners.sources.cursors import OPEN, Growth
from runners.sources.parameters import Incremental, SqlSource
from runners.sources.reading import Reading
from runners.sources.sql import batches, connected, engine_of, read_from
from runners.sources.watermarks import WHERE, Watermark, as_json, before


@contextmanager
def growing(source: SqlSource, since: Watermark | None) -> Iterator[Growth]:
    """Open the rows of a growing table from a watermark on, or all of them.

    Rows without a watermark are read each time.

    Raises:
        InputError: the URL, the query or the watermark is wrong, at once or while rows are read.
        SourceUnavailable: the database doesn't answer, at once or while rows are read.
    """
    told = source.incremental
    assert told is not None
    with connected(_repeatable(engine_of(source)), source) as connection:
        query = _Query(connection, source, told)
        highest = query.highest()
        bound = before(highest, told.lag)
        with query.rows(since, bound) as rows:
            reading = Reading(batches(rows), is_text=False, read_from=read_from(source))
            read = {"highest": as_json(highest), "bound": as_json(bound)}
            yield Growth(reading, told, lambda: read, query.keys)


def _repeatable(engine: sa.Engine) -> sa.Engine:
    """Let all that is read in one connection be of one moment, where the database doesn't do so anyway."""
    if engine.dialect.name in ("postgresql", "mysql", "mariadb"):
        return engine.execution_options(isolation_level="REPEATABLE READ")
    return engine


class _Query:
    """A source's query, within others that know its watermark."""

    def __init__(self, connection: sa.Connection, source: SqlSource, told: Incremental) -> None:
        self._connection = connection
        words = source.query.strip().rstrip(";").replace(":", "\\:")
        self._from = f"FROM (\n{words}\n) AS setpoint_source"
        self._column = self._quoted(told.watermark)
        self._key = [self._quoted(name) for name in told.key]
        self._check(told)

    def _quoted(self, name: str) -> str:
        dialect = self._connection.dialect
        words = dialect.identifier_preparer
        quoted = words.quote(name) if dialect.requires_name_normalize else words.quote_identifier(name)
        return f"setpoint_source.{quoted}".replace(":", "\\:")

    def _check(self, told: Incremental) -> None:
        """See that the query has the columns that are named: to SQLite the name of none is a text.

        Raises:
            InputError: it hasn't.
        """
        with self._connection.execute(sa.text(f"SELECT * {self._from} WHERE 1 = 0")) as none:
            names = list(none.keys())
        roles = {"watermark": told.watermark, "deleted": told.deleted, **{f"key {one}": one for one in told.key}}
        for role, name in roles.items():
            if name is not None and name not in names:
                what = f"the query has no column {name}"
                raise InputError(what, f"source.sql.incremental.{role}", f"it has {', '.join(names[:20])}")

    def highest(self) -> Watermark | None:
        """Return the highest watermark."""
        found: Any = self._connection.execute(sa.text(f"SELECT max({self._column}) {self._from}")).scalar()
        if found is not None and not isinstance(found, Watermark):
            what = f"a watermark is a number, a moment or a text, and this column holds {type(found).__name__}"
            raise InputError(what, WHERE, "choose a column that grows with every row, such as updated_at")
        return found

    def rows(self, since: Watermark | None, bound: Watermark | None) -> sa.CursorResult[Any]:
        """Ask for the rows from a watermark on, or for all."""
        told: dict[str, Any] = {}
        is_open = "1"
        if bound is not None:
            told["setpoint_bound"] = bound
            is_open = f"CASE WHEN {self._column} < :setpoint_bound THEN 0 ELSE 1 END"
        where = ""
        if since is not None:
            told["setpoint_since"] = since
            where = f" WHERE {self._column} >= :setpoint_since OR {self._column} IS NULL"
        text = f"SELECT setpoint_source.*, {is_open} AS {OPEN} {self._from}{where}"
        return self._connection.execute(sa.text(text), told)

    def keys(self) -> Iterator[Any]:
        """Ask for the keys of all rows."""
        return batches(self._connection.execute(sa.text(f"SELECT {', '.join(self._key)} {self._from}")))
