"""Rows of a database by SQLAlchemy, streamed: a large table never is in memory as a whole, and nothing is written."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from runners.contract import InputError, RunnerError, SourceUnavailable
from runners.sources.parameters import SqlSource
from runners.sources.reading import BATCH_ROWS, Reading, batch_of, check_names
from runners.staging import reveal

_PASSING = {
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR),
    *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_FULL),
}
"""SQLite's errors that may be gone at the next try (https://www.sqlite.org/rescode.html)."""


def read_sql(source: SqlSource) -> Reading:
    """Open the rows of a query; they are read while the batches are taken.

    Raises:
        InputError: the URL, its driver or the query is wrong, at once or while rows are read.
        SourceUnavailable: the database doesn't answer, at once or while rows are read.
    """
    url = _url(source)
    try:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
    except exc.NoSuchModuleError:
        raise InputError(f"no such kind of database: {url.drivername}", source.url, "correct the URL") from None
    except ModuleNotFoundError as error:
        fix = f"pip install {error.name} where the pool's jobs run"
        raise InputError(f"the driver {error.name} is not installed", source.url, fix) from error
    return Reading(_rows(engine, source), is_text=False, read_from=f"{source.url}: {source.query}")


def _url(source: SqlSource) -> sa.URL:
    try:
        url = sa.make_url(reveal(source.url))
    except exc.ArgumentError:  # it may quote the URL with its password
        raise InputError("this is no SQLAlchemy URL", source.url, "write dialect://user@host/database") from None
    if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith("file:"):
        _check_file(Path(url.database), source)
    return url


def _check_file(path: Path, source: SqlSource) -> None:
    """Refuse a SQLite file that isn't there: connecting would make an empty one."""
    if str(path) != ":memory:" and not path.is_file():
        raise InputError("there is no such SQLite file", source.url, "correct the URL, or fill the database first")


def _rows(engine: sa.Engine, source: SqlSource) -> Iterator[Any]:
    with _connect(engine, source) as connection:
        try:
            rows = connection.exec_driver_sql(source.query)
            if not rows.returns_rows:
                raise InputError("the query returns no rows", "source.sql.query", "write a SELECT")
            yield from _batches(rows)
        except exc.SQLAlchemyError as error:
            raise _told(error, source) from error


def _connect(engine: sa.Engine, source: SqlSource) -> sa.Connection:
    options: dict[str, Any] = {"stream_results": True, "no_parameters": True, "max_row_buffer": BATCH_ROWS}
    if engine.dialect.name == "postgresql":
        options["postgresql_readonly"] = True
    try:
        connection = engine.connect().execution_options(**options)
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA query_only = ON")
    except exc.DBAPIError as error:
        raise _told(error, source, connecting=True) from error
    return connection


def _batches(rows: sa.CursorResult[Any]) -> Iterator[Any]:
    names = [str(name) for name in rows.keys()]  # noqa: SIM118, a result is no mapping
    check_names(names, "source.sql.query")
    yield batch_of(names, [[] for _ in names])
    for part in rows.partitions(BATCH_ROWS):
        yield batch_of(names, zip(*part, strict=True))


def _told(error: exc.SQLAlchemyError, source: SqlSource, *, connecting: bool = False) -> RunnerError:
    """Tell an error by whose turn it is: the network's, or that of who wrote the query."""
    origin = getattr(error, "orig", None)
    what = _scrubbed(str(origin or error).strip().split("\n", 1)[0], source)
    if isinstance(origin, sqlite3.Error):
        is_passing = (getattr(origin, "sqlite_errorcode", 0) & 0xFF) in _PASSING
    else:
        is_passing = connecting or isinstance(error, exc.OperationalError | exc.InterfaceError)
    if is_passing:
        return SourceUnavailable(what, source.url, "see that the database answers from where the pool's jobs run")
    return InputError(what, "source.sql.query", "correct the query, or create what it asks for")


def _scrubbed(text: str, source: SqlSource) -> str:
    """Take the revealed URL and its password out of a driver's message."""
    revealed = reveal(source.url)
    secrets = {revealed, sa.make_url(revealed).password or revealed}
    for secret in sorted(secrets - {source.url}, key=len, reverse=True):
        text = text.replace(str(secret), "***")
    return text
