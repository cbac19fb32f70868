"""A MariaDB: one server, its data in one folder, on the loopback for whoever asks."""

import subprocess
from itertools import count
from pathlib import Path
from typing import Any

from tests.servers.mariadb.environment import home
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import Process, Processes

_TABLES = ("mariadb_system_tables.sql", "mariadb_performance_tables.sql", "mariadb_system_tables_data.sql")
_SETTINGS = {
    "bind-address": LOOPBACK,
    "innodb-buffer-pool-size": "64M",
    "innodb-flush-log-at-trx-commit": "0",
    "innodb-log-file-size": "16M",
    "innodb-use-native-aio": "0",
    "ssl": "0",
}


class MariaDB(Processes):
    """A server whose databases tests make for themselves, as its only user, who needs no password."""

    def __init__(self, folder: Path) -> None:
        """Keep all state in a folder."""
        self._folder, self._numbers, self.port = folder, count(), free_port()
        settings = {**_SETTINGS, "port": str(self.port), "socket": str(folder / "mariadb.sock")}
        told = [f"--{name}={value}" for name, value in settings.items()]
        command = [*self._program(), *told, "--skip-grant-tables"]
        super().__init__(Process("mariadb", command, folder / "mariadb.log", self._is_ready))

    def _program(self) -> list[str | Path]:
        data, share = self._folder / "data", home() / "share"
        places = [f"--basedir={home()}", f"--datadir={data}", f"--lc-messages-dir={share}"]
        return [
            home() / "bin/mariadbd",
            "--no-defaults",
            *places,
            f"--character-sets-dir={share}/charsets",
            "--user=root",
        ]

    def start(self) -> "MariaDB":
        """Make its own tables where there are none yet, and start it."""
        if not (self._folder / "data").exists():
            (self._folder / "data").mkdir(parents=True)
            tables = [(home() / "share" / name).read_bytes() for name in _TABLES]
            told = b"\n".join([b"CREATE DATABASE mysql;\nUSE mysql;", *tables])
            line = [*self._program(), "--bootstrap", "--innodb-log-file-size=16M", "--innodb-use-native-aio=0"]
            subprocess.run(line, input=told, check=True, capture_output=True)
        super().start()
        return self

    def create_database(self, dialect: str = "mariadb") -> str:
        """Make a database of its own for somebody; return its SQLAlchemy URL."""
        name = f"test_{next(self._numbers)}"
        with self._connected() as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        return f"{dialect}+pymysql://root@{LOOPBACK}:{self.port}/{name}"

    def _connected(self) -> Any:
        import pymysql

        return pymysql.connect(host=LOOPBACK, port=self.port, user="root", connect_timeout=5)

    def _is_ready(self) -> bool:
        import pymysql

        try:
            self._connected().close()
        except pymysql.err.OperationalError:
            return False
        return True
