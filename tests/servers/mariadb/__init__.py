"""MariaDB: a server of its project's own build for Linux, which comes in a jar."""

from tests.servers.mariadb.server import MariaDB

__all__ = ["MariaDB"]
