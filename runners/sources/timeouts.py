"""How long one statement may take, told to the database itself: it gives up, whoever waits for it."""

import time
from collections.abc import Callable, Mapping
from contextlib import closing

import sqlalchemy as sa

from runners.contract import InputError

_SETTINGS: Mapping[str, str] = {
    "postgresql": "SET statement_timeout = {milliseconds}",
    "mysql": "SET SESSION max_execution_time = {milliseconds}",
    "mariadb": "SET SESSION max_statement_time = {seconds}",
}
_STEPS = 10_000
"""Instructions of SQLite's machine between two looks at the clock."""


def bound(connection: sa.Connection, seconds: float) -> None:
    """Let each statement of a connection take so long at most.

    Raises:
        InputError: the database knows no such bound.
    """
    name = _server_of(connection)
    if name == "sqlite":
        connection.connection.driver_connection.set_progress_handler(_late(seconds), _STEPS)  # type: ignore[union-attr]
        return
    if name not in _SETTINGS:
        fix = "leave it out: a job that takes too long is ended by its own `timeout`"
        raise InputError(f"{name} bounds no statement", "source.sql.statement_timeout", fix)
    setting = _SETTINGS[name].format(milliseconds=max(1, round(seconds * 1000)), seconds=seconds)
    with closing(connection.connection.cursor()) as cursor:  # its own: SQLAlchemy would declare a cursor for a setting
        cursor.execute(setting)


def _server_of(connection: sa.Connection) -> str:
    """Return what answers: a MariaDB is reached by URLs of MySQL, too, and has another word for the bound."""
    is_mariadb = connection.dialect.name == "mysql" and getattr(connection.dialect, "is_mariadb", False)
    return "mariadb" if is_mariadb else connection.dialect.name


def _late(seconds: float) -> Callable[[], bool]:
    """Return what tells SQLite whether it is late, counted from its first statement on."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end
