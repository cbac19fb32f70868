"""PostgreSQL: from a wheel; nothing is built."""

from tests.servers.postgres.server import PostgreSQL

__all__ = ["PostgreSQL"]
