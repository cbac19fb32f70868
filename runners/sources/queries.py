"""What a query may be: it reads, whatever the database would let it do.

SQLite tells of each thing that a statement is about to do, so that it can be refused there. PostgreSQL and MySQL have
transactions that only read, DuckDB opens a file so; as none of these keeps a statement from writing a file beside the
database, such as `COPY … TO`, the words of a query are looked at too.
"""

import re
import sqlite3
from collections.abc import Iterator
from itertools import pairwise

from runners.contract import InputError

WHERE = "source.sql.query"
_FIX = "write one SELECT; what needs more goes into a view of the database, or into a dataset of its own"
_READS = frozenset(
    ["SELECT", "WITH", "VALUES", "TABLE", "FROM", "SHOW", "DESCRIBE", "DESC", "SUMMARIZE", "PIVOT", "UNPIVOT"]
)
"""How a statement begins that reads, here or there: https://duckdb.org/docs/stable/sql/query_syntax/from."""
_WRITES = frozenset(["INSERT", "UPDATE", "DELETE", "MERGE", "INTO"])
"""What writes in the middle of a statement that begins like one that reads."""
_LOCKS = frozenset(["FOR", "KEY"])
"""What stands before an UPDATE that only locks: FOR UPDATE, FOR NO KEY UPDATE."""
_NO_WORDS = (
    r"""--[^\n]*|/\*%s.*?\*/|\bE'(?:[^'\\]|\\.|'')*'|'%s*'|"(?:[^"]|"")*"|`[^`]*`|\$(\w*)\$.*?\$\1\$|\bINSERT\s*\("""
)
_QUIET = re.compile(_NO_WORDS % ("", r"(?:[^']|'')"), re.DOTALL | re.IGNORECASE)
"""What of a statement is no word of it: comments, texts and quoted names, and a function of MySQL's that is called
INSERT."""
_QUIET_ESCAPED = re.compile(_NO_WORDS % ("(?!M?!)", r"(?:[^'\\]|\\.|'')"), re.DOTALL | re.IGNORECASE)
"""The same where a backslash hides a quote; MySQL obeys a comment like /*! INTO … */."""
_ESCAPING = frozenset(
    ["mysql", "mariadb", "bigquery", "snowflake", "databricks", "spark", "hive", "impala", "clickhouse", "clickhousedb"]
)
_WORD = re.compile(r"/\*M?!|[^\W\d][\w$]*(?:\s*\.\s*[\w$]+)*|;")

_LISTS = frozenset(
    [
        "table_info",
        "table_xinfo",
        "table_list",
        "index_list",
        "index_info",
        "index_xinfo",
        "foreign_key_list",
        "database_list",
        "function_list",
        "module_list",
        "collation_list",
        "pragma_list",
        "compile_options",
        "data_version",
    ]
)
_FIGURES = frozenset(
    [
        "application_id",
        "encoding",
        "freelist_count",
        "journal_mode",
        "page_count",
        "page_size",
        "schema_version",
        "user_version",
    ]
)
"""SQLite's pragmas that tell a figure, and set it where they are given another."""


def check(query: str, dialect: str, where: str = WHERE) -> None:
    """See by its words that a query is one statement, which reads.

    Args:
        query: the statement.
        dialect: SQLAlchemy's word for whose it is.
        where: the field that holds it.

    Raises:
        InputError: it isn't.
    """
    quiet = (_QUIET_ESCAPED if dialect in _ESCAPING else _QUIET).sub(" ", query)
    words = [found.upper() for found in _WORD.findall(quiet)]
    while words and words[-1] == ";":
        words.pop()
    if ";" in words:
        raise InputError("there are several statements", where, _FIX)
    if words and words[0] not in _READS:
        raise _refused(words[0], where)
    if bad := next(_writing(words), None):
        raise _refused(bad, where)


def _writing(words: list[str]) -> Iterator[str]:
    for before, word in pairwise(words):
        if word.startswith("/*") or (word in _WRITES and not (word == "UPDATE" and before in _LOCKS)):
            yield word


def _refused(word: str, where: str = WHERE) -> InputError:
    return InputError(f"a query of a source only reads, and this one has {word[:30]}", where, _FIX)


def writing() -> InputError:
    """Return the error of a statement that the database itself took for one that writes."""
    return InputError("a query of a source only reads, and this one writes", WHERE, _FIX)


class Watch:
    """Sees to it that a statement on SQLite reads; `denied` tells what one wanted."""

    def __init__(self) -> None:
        self.denied = ""

    def set_on(self, connection: sqlite3.Connection) -> None:
        """Let a connection ask from now on."""
        connection.set_authorizer(self._allow)

    def _allow(self, action: int, first: str | None, second: str | None, *_: object) -> int:
        if action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH):
            self.denied = "another database"
            return sqlite3.SQLITE_DENY
        name = (first or "").lower()
        is_told = name in _LISTS or (name in _FIGURES and second is None)
        if action == sqlite3.SQLITE_PRAGMA and not is_told:
            self.denied = f"PRAGMA {name[:30]}"
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK

    def refusal(self) -> InputError | None:
        """Return the error of what was denied, if anything was."""
        return _refused(self.denied) if self.denied else None
