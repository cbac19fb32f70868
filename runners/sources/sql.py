"""Rows of a database by SQLAlchemy, streamed: a large table never is in memory as a whole, and nothing is written."""

import logging
import re
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from sqlalchemy import exc

from runners.contract import InputError, RunnerError, SourceUnavailable
from runners.sources.databases import scrubbed, url_of
from runners.sources.failures import is_foreign
from runners.sources.mysql import is_of_the_query
from runners.sources.parameters import SqlSource
from runners.sources.queries import WHERE, Watch, check, writing
from runners.sources.reading import BATCH_ROWS, Reading, batch_of, check_names
from runners.sources.timeouts import bound

_PASSING = {
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR),
    *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_FULL, sqlite3.SQLITE_INTERRUPT),
}
"""SQLite's errors that may be gone at the next try (https://www.sqlite.org/rescode.html)."""
_LOG = logging.getLogger(__name__)
_BROKEN = (exc.OperationalError, exc.InterfaceError, OSError)
_SCHEME = re.compile(r"[A-Za-z]\w+:")
_NAMES = {"sqlite": "SQLite", "duckdb": "DuckDB"}
_SPELL = "write dialect://user:password@host/database, and signs like @ : / in user and password as %40 %3A %2F"


def read_sql(source: SqlSource) -> Reading:
    """Open the rows of a query; they are read while the batches are taken.

    Raises:
        InputError: the URL, its driver or the query is wrong, at once or while rows are read.
        SourceUnavailable: the database doesn't answer, at once or while rows are read.
    """
    return Reading(_rows(engine_of(source), source), is_text=False, read_from=read_from(source))


def read_from(source: SqlSource) -> str:
    """Say where a source's rows come from, secrets unrevealed."""
    return f"{source.url}: {source.query}"


def engine_of(source: SqlSource) -> sa.Engine:
    """Return what connects to a source's database, once its query is seen to read only.

    Raises:
        InputError: the URL, its driver or the query is wrong.
    """
    url = _url(source)
    if url.get_backend_name() != "sqlite":
        check(source.query, url.get_backend_name())
    options: dict[str, Any] = {"connect_args": {"read_only": True}} if _is_file_of(url, "duckdb") else {}
    with _telling_url(url, source), _unquoted(source):
        return sa.create_engine(url, poolclass=sa.NullPool, **options)


def _url(source: SqlSource) -> sa.URL:
    url = url_of(source.url, _SPELL)
    for kind in ("sqlite", "duckdb"):
        if _is_file_of(url, kind) and not _path(url).is_file():  # connecting would make an empty one
            fix = "correct the URL, or fill the database first"
            raise InputError(f"there is no such {_NAMES[kind]} file", source.url, fix)
    return url


def _is_file_of(url: sa.URL, kind: str) -> bool:
    """Tell whether a URL means a database of a kind in one file of this machine."""
    if url.get_backend_name() != kind or not url.database:
        return False
    is_elsewhere = _SCHEME.match(url.database) and not url.database.startswith("file:")
    is_memory = ":memory:" in url.database or "memory" in (url.query.get("mode"), url.query.get("vfs"))
    return not is_elsewhere and not is_memory


def _path(url: sa.URL) -> Path:
    name = url.database or ""
    return Path(unquote(urlsplit(name).path) if name.startswith("file:") else name)


@contextmanager
def _telling_url(url: sa.URL, source: SqlSource) -> Iterator[None]:
    """Tell what is wrong with a URL or its driver; what Python's own errors say quotes the URL, and isn't told.

    Raises:
        InputError: the dialect or its driver isn't there, or takes no such URL.
    """
    try:
        yield
    except exc.NoSuchModuleError:
        raise InputError(f"no such kind of database: {url.drivername}", source.url, "correct the URL") from None
    except ModuleNotFoundError as error:
        fix = f"pip install {error.name} where the pool's jobs run"
        raise InputError(f"the driver {error.name} is not installed", source.url, fix) from error
    except (exc.ArgumentError, ValueError, TypeError):
        raise InputError(f"{url.drivername} can't be reached by such a URL", source.url, _SPELL) from None


@contextmanager
def _unquoted(source: SqlSource) -> Iterator[None]:
    """Tell that SQLAlchemy warns of a URL, and not in its words: they quote arguments, and parts of a secret."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        yield
    if any(issubclass(one.category, exc.SAWarning) for one in told):
        _LOG.warning("%s: the driver passes over some of the URL's arguments", source.url)


def _rows(engine: sa.Engine, source: SqlSource) -> Iterator[Any]:
    with connected(engine, source) as connection:
        rows = connection.execution_options(no_parameters=True).exec_driver_sql(source.query)
        if not rows.returns_rows:
            raise InputError("the query returns no rows", WHERE, "write a SELECT")
        yield from batches(rows)


@contextmanager
def connected(engine: sa.Engine, source: SqlSource) -> Iterator[sa.Connection]:
    """Connect to a database in order to read; what goes wrong there meanwhile is told in the contract's errors.

    Raises:
        InputError: the query or the URL is wrong.
        SourceUnavailable: the database doesn't answer.
    """
    watch = Watch()
    with _connect(engine, source, watch) as connection, _telling(source, watch):
        yield connection


def _connect(engine: sa.Engine, source: SqlSource, watch: Watch) -> sa.Connection:
    options: dict[str, Any] = {"stream_results": True, "max_row_buffer": BATCH_ROWS}
    if engine.dialect.name == "postgresql":
        options["postgresql_readonly"] = True
    with _telling(source, watch, connecting=True), _telling_url(engine.url, source), _unquoted(source):
        connection = engine.connect().execution_options(**options)
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA query_only = ON")
            watch.set_on(connection.connection.driver_connection)  # type: ignore[arg-type]
        elif engine.dialect.name in ("mysql", "mariadb"):
            connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
        if source.statement_timeout is not None:
            bound(connection, source.statement_timeout)
        return connection


@contextmanager
def _telling(source: SqlSource, watch: Watch, *, connecting: bool = False) -> Iterator[None]:
    """Turn what the database, its driver or SQLAlchemy says into the contract's errors; a defect goes on.

    Raises:
        InputError: the query or the URL is wrong.
        SourceUnavailable: the database doesn't answer.
    """
    try:
        yield
    except RunnerError:
        if refusal := watch.refusal():
            raise refusal from None
        raise
    except Exception as error:
        if refusal := watch.refusal():
            raise refusal from None
        if not is_foreign(error) and not isinstance(error, OSError):
            raise
        raise _told(error, source, connecting=connecting) from error


def batches(rows: sa.CursorResult[Any]) -> Iterator[Any]:
    """Yield the rows of an answer, first none of them: an empty one has columns, too. Its cursor is closed then."""
    with rows:
        names = [str(name) for name in rows.keys()]  # noqa: SIM118, a result is no mapping
        check_names(names, WHERE)
        yield batch_of(names, [[] for _ in names])
        for part in rows.partitions(BATCH_ROWS):
            yield batch_of(names, zip(*part, strict=True))


def _told(error: Exception, source: SqlSource, *, connecting: bool = False) -> RunnerError:
    """Tell an error by whose turn it is: the network's, or that of who wrote the query."""
    origin = getattr(error, "orig", None)
    what = scrubbed(str(origin or error).strip().split("\n", 1)[0], source.url)
    if isinstance(origin, sqlite3.Error):
        code = getattr(origin, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_READONLY:
            return writing()
        is_passing = code in _PASSING
    else:
        is_lasting = isinstance(error, exc.InvalidRequestError) or is_of_the_query(origin)  # or a driver for asyncio's
        is_passing = not is_lasting and (connecting or isinstance(error, _BROKEN))
    if is_passing:
        return SourceUnavailable(what, source.url, "see that the database answers from where the pool's jobs run")
    return InputError(what, WHERE, "correct the query, or create what it asks for")
