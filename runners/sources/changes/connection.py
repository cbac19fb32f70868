"""Connections to a PostgreSQL whose changes are read, and what goes wrong there in the contract's words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from runners.contract import InputError, RunnerError, SourceUnavailable
from runners.sources.changes.texts import SETTINGS
from runners.sources.databases import scrubbed, url_of
from runners.sources.failures import LONGEST
from runners.sources.parameters import ChangesSource

WHERE = "source.changes"
_SPELL = "write postgresql://user:password@host/database, and signs like @ : / in user and password as %40 %3A %2F"
_ANSWER = "see that the database answers from where the pool's jobs run"


@contextmanager
def connected(source: ChangesSource) -> Iterator[Any]:
    """Connect in order to read, each statement by itself, under the settings by which values become texts.

    Raises:
        InputError: the URL, or a statement, is wrong, or the user may not do what is needed.
        SourceUnavailable: the database doesn't answer, at once or meanwhile.
    """
    import psycopg

    with telling(source), psycopg.connect(**_arguments(source), autocommit=True) as connection:
        for name, value in {**SETTINGS, "row_security": "off"}.items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        connection.execute(_bound(source, "statement_timeout"))
        yield connection


@contextmanager
def replicating(source: ChangesSource) -> Iterator[Any]:
    """Connect by the protocol of replication, which alone exports the snapshot of a slot's creation.

    Raises:
        InputError: the user may not replicate.
        SourceUnavailable: the database doesn't answer.
    """
    import psycopg

    with telling(source), psycopg.connect(**_arguments(source), autocommit=True, replication="database") as connection:
        connection.execute(_bound(source, "lock_timeout"))  # a slot's creation waits for who writes, and heeds this one
        yield connection


def _bound(source: ChangesSource, name: str) -> str:
    return f"SET {name} = {round((source.statement_timeout or 0) * 1000)}"


def _arguments(source: ChangesSource) -> dict[str, Any]:
    url = url_of(source.url, _SPELL)
    if url.get_backend_name() != "postgresql":
        what = f"changes are read from PostgreSQL, and this is {url.get_backend_name()}"
        raise InputError(what, source.url, "give the URL of a PostgreSQL, or read the table by source.sql")
    try:
        dialect = url.set(drivername="postgresql+psycopg").get_dialect()()
    except ModuleNotFoundError as error:
        fix = "pip install 'psycopg[binary]' where the pool's jobs run"
        raise InputError(f"the driver {error.name} is not installed", source.url, fix) from error
    _, arguments = dialect.create_connect_args(url)
    return {"connect_timeout": 30, "client_encoding": "utf8", **arguments, "application_name": "setpoint"}


@contextmanager
def telling(source: ChangesSource) -> Iterator[None]:
    """Turn what the database and its driver say into the contract's errors.

    Raises:
        InputError: a statement is wrong, or isn't allowed.
        SourceUnavailable: the database doesn't answer, or is asked by somebody else for the same.
    """
    import psycopg
    from psycopg import errors

    try:
        yield
    except RunnerError:
        raise
    except errors.InsufficientPrivilege as error:
        fix = "ALTER ROLE … REPLICATION; GRANT SELECT on the table; on a hosted server, its own role for replication"
        raise InputError(_words(error, source), WHERE, fix) from error
    except (errors.ObjectInUse, errors.ConfigurationLimitExceeded) as error:
        fix = "it is tried again; see pg_replication_slots, and max_replication_slots"
        raise SourceUnavailable(_words(error, source), source.url, fix) from error
    except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as error:
        raise SourceUnavailable(_words(error, source), source.url, _ANSWER) from error
    except psycopg.Error as error:
        raise InputError(_words(error, source), WHERE, "correct the source, or create what it asks for") from error


def _words(error: Exception, source: ChangesSource) -> str:
    """Return the first line of what is said, without the revealed URL and its password."""
    return scrubbed(str(error).strip().split("\n", 1)[0], source.url)[:LONGEST] or type(error).__name__
